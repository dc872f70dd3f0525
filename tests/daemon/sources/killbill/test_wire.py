"""Who asks Kill Bill, and how its errors are read."""

import base64

import pytest

from daemon.endpoint import NotFoundError
from daemon.http import Reply
from daemon.secret import Secret
from daemon.source import SourceError, SourceRefused
from daemon.sources.killbill.wire import Login, endpoint, failure, is_anothers, is_gone
from tests.daemon.sources.killbill.stand import KEY, PASSWORD, SECRET, USER
from tests.daemon.sources.killbill.vendor import REPLIES
from tests.daemon.sources.stand import NOW

LOGIN = Login(USER, Secret(PASSWORD), Secret(KEY), Secret(SECRET))
USAGES = "/1.0/kb/usages/f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11"


def error(status: int, body: str, path: str = USAGES) -> SourceError:
    asked = endpoint("bills", "http://localhost", path, LOGIN)
    return asked.failure(Reply(status, {}, body.encode()), NOW)


def recorded(name: str) -> str:
    return (REPLIES / f"killbill.error.{name}.json").read_text(encoding="utf-8")


def test_every_call_carries_the_user_and_the_tenant() -> None:
    headers = endpoint("bills", "http://localhost", USAGES, LOGIN).headers

    kind, _, text = headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(text).decode()) == ("Basic", f"{USER}:{PASSWORD}")
    assert headers["X-Killbill-ApiKey"] == KEY
    assert headers["X-Killbill-ApiSecret"] == SECRET


def test_no_secret_is_repeated_though_one_may_hold_another() -> None:
    login = Login(USER, Secret("tenant"), Secret("tenant-a"), Secret("tenant-a-secret"))
    basic = login.headers()["Authorization"].removeprefix("Basic ")
    shown = endpoint("bills", "http://h", USAGES, login).shown(f"{basic} tenant-a-secret tenant-a")

    assert shown == "*** *** ***"
    assert "tenant" not in repr(login)


def test_a_code_is_read_of_an_error_with_a_body() -> None:
    repeated = failure(recorded("repeated").encode())

    assert repeated is not None
    assert (repeated.code, repeated.kind()) == (50000, "UsageApiException")
    assert "answered 400: UsageApiException: A usage record" in str(
        error(400, recorded("repeated"))
    )
    assert "(code 50000);" in str(error(400, recorded("repeated")))


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", '{"code": "x"}', "[" * 9000])
def test_an_error_without_one_is_none(body: str) -> None:
    assert failure(body.encode()) is None


def test_a_subscription_that_is_not_there_is_told_from_a_page_that_is_not_there() -> None:
    unknown, lost = error(404, recorded("unknown")), error(404, "<html>Not Found</html>")

    assert isinstance(unknown, NotFoundError)
    assert is_gone(unknown)
    assert not is_gone(lost)
    assert "check sources.bills.subscriptions" in str(unknown)


def test_another_tenants_subscription_is_told_from_a_server_in_trouble() -> None:
    body = '{"className": "java.lang.IllegalStateException", "code": null, "message": "m"}'

    assert is_anothers(error(500, body))
    assert not is_anothers(error(500, body.replace("State", "Argument")))
    assert not is_anothers(error(502, "<html>"))


def test_a_recorder_is_sent_to_its_own_section() -> None:
    asked = endpoint("bills", "http://localhost", "/1.0/kb/usages", LOGIN, "recorders")
    refused = asked.failure(Reply(401, {}, b""), NOW)

    assert isinstance(refused, SourceRefused)
    assert "check recorders.bills.username, password, api_key and api_secret" in str(refused)
