"""What is asked of Fastly, and what its answers and errors mean."""

import pytest

from daemon.sandbox.faults import Canned
from daemon.secret import Secret
from daemon.source import SourceError, SourceRefused
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from daemon.sources.fastly.wire import USAGE, Quantity, RawQuantity, endpoint, service_labels
from tests.daemon.sources.fastly.stand import KEY
from tests.daemon.sources.fastly.vendor import Fastly

ROW = {"month": "2025-05", "usage_type": "r", "product_id": "p", "region": "EU", "unit": "gb"}


def test_the_key_is_sent_and_never_shown() -> None:
    asked = endpoint("cdn", "http://h", USAGE, Secret(KEY))

    assert asked.headers == {"Fastly-Key": KEY}
    assert KEY not in repr(asked)


def test_a_unit_tells_series_apart_only_where_it_is_that_of_the_number() -> None:
    billed, measured = Quantity(**ROW, amount=1.0), RawQuantity(**ROW, amount=1.0)
    labels = (("product_id", "p"), ("region", "EU"), ("usage_type", "r"))

    assert measured.labels() == labels
    assert billed.labels() == (*labels[:2], ("unit", "gb"), labels[2])


def test_a_service_without_a_unit_has_no_such_label() -> None:
    labels = (("product_id", "p"), ("service_id", "s"), ("usage_type", "r"))

    assert service_labels("p", "r", None, "s") == labels


@pytest.mark.parametrize("kind", [FastlyUsageMetrics, FastlyServiceUsage])
@pytest.mark.parametrize(
    ("keys", "status", "words"),
    [
        ((frozenset({"other"}), frozenset[str]()), 401, "Provided credentials are missing"),
        ((frozenset[str](), frozenset({KEY})), 403, "Not authorized: Your role does not"),
    ],
)
async def test_a_key_that_may_not_says_which_may(
    fastly: Fastly, kind: type, keys: tuple[frozenset[str], ...], status: int, words: str
) -> None:
    fastly.stand_in.keys, fastly.stand_in.powerless = keys
    with pytest.raises(SourceRefused, match=f"answered {status}: {words}") as caught:
        await fastly.ask(kind)

    assert "check sources.voices.key: it takes a token with the scope global:read" in str(
        caught.value
    )
    assert "superuser or of the billing role" in str(caught.value)


async def test_over_the_limit_is_an_error_for_later(fastly: Fastly) -> None:
    fastly.stand_in.faults.calls_left = 2
    with pytest.raises(SourceError, match="answered 429: Too Many Requests: API rate") as caught:
        await fastly.ask(FastlyServiceUsage)

    assert not isinstance(caught.value, SourceRefused)
    assert len(fastly.asked) == 3


@pytest.mark.parametrize("body", ["{}", "[]", '{"errors": [{}]}', '{"msg": 7}', "\xff"])
async def test_an_error_without_words_is_shown_as_it_came(fastly: Fastly, body: str) -> None:
    fastly.stand_in.faults.canned.append(Canned(500, body.encode("latin-1")))
    with pytest.raises(SourceError, match="answered 500: ") as caught:
        await fastly.ask(FastlyUsageMetrics)

    assert body in str(caught.value) or "�" in str(caught.value)
