"""Who shares an account, and what its name shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from daemon.governor.account import account_of
from daemon.secret import Secret
from daemon.sources import SOURCES
from daemon.sources.supertone.credits import SupertoneCredits
from daemon.sources.supertone.usage import SupertoneUsage
from tests.fakes import Meter

KEY = Secret("sk-do-not-tell-0123456789")


@dataclass(frozen=True)
class Acme:
    """A source as far as its account is concerned."""

    url: str | None = "https://acme.example/v1"
    user: str = "reader"
    password: Secret | None = None
    headers: Mapping[str, Secret | str] = field(default_factory=dict)
    tokens: tuple[Secret, ...] = ()
    calls_a_minute: int = 60


@dataclass(frozen=True)
class Placed(Acme):
    """Its address follows from another setting."""

    url: str | None = None
    region: str = "eu"

    @property
    def address(self) -> str:
        return f"https://{self.region}.acme.example"


def name(source: object) -> str:
    return account_of(source).name


def test_sources_with_one_key_share_an_account() -> None:
    assert name(SupertoneUsage(KEY)) == name(SupertoneCredits(KEY))
    assert account_of(SupertoneUsage(KEY, calls_a_minute=7)).calls_a_minute == 7


@pytest.mark.parametrize(
    "other",
    [
        Acme(password=Secret("another")),
        Acme(password=KEY, url="https://eu.acme.example/v1"),
        Acme(password=KEY, url="https://acme.example:8443/v1"),
        Acme(password=KEY, url="https://me:pw@acme.example/v1"),
        Acme(password=KEY, headers={"X-Tenant": Secret("b")}),
        Acme(),
    ],
)
def test_another_key_or_another_host_is_another_account(other: Acme) -> None:
    assert name(other) != name(Acme(password=KEY))


@pytest.mark.parametrize(
    "same",
    [
        Acme(password=KEY, url="https://ACME.example/v2?from={start}", user="writer"),
        Acme(password=KEY, url="acme.example/v2"),
        Acme(headers={"Authorization": KEY, "Accept": "*/*"}),
        Acme(tokens=(KEY,)),
        Acme(password=KEY, tokens=(KEY,)),
        Acme(password=KEY, calls_a_minute=1),
    ],
)
def test_what_is_no_credential_makes_no_account(same: Acme) -> None:
    assert name(same) == name(Acme(password=KEY))


def test_the_name_is_the_host_and_no_secret() -> None:
    assert name(Acme()) == "acme.example"
    assert name(Acme(password=KEY)).startswith("acme.example-")
    assert KEY.reveal()[:8] not in name(Acme(password=KEY))
    assert "pw" not in name(Acme(url="https://me:pw@acme.example/v1"))
    assert len(name(Acme(url=f"https://{'a.' * 200}example", password=KEY))) <= 128


def test_the_name_is_the_same_in_every_process() -> None:
    tokens = tuple(Secret(f"token {number}") for number in range(20))

    assert name(Acme(tokens=tokens)) == name(Acme(tokens=tokens[::-1])) == "acme.example-9dd9c03d"


def test_a_source_may_say_itself_where_it_asks() -> None:
    assert name(Placed()) == "eu.acme.example"


@dataclass(frozen=True)
class Recorder:
    """It posts, and has no limit of its own."""

    url: str
    password: Secret


def test_a_recorder_shares_the_account_of_a_source_with_its_login() -> None:
    account = account_of(Recorder("acme.example", KEY))

    assert account == account_of(Acme(password=KEY))
    assert account.calls_a_minute == 60


def test_without_any_address_the_vendor_stands_for_it() -> None:
    assert name(Acme(url=None)) == Acme.__module__.split(".")[2]
    assert name(Meter()) == "fakes"


def test_every_source_has_the_two_settings_that_make_its_account() -> None:
    for kind in SOURCES.values():
        names = kind.__dataclass_fields__  # type: ignore[attr-defined]

        assert {"url", "calls_a_minute"} <= set(names)
