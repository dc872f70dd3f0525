from datetime import timedelta

import aiohttp
import pytest

from daemon.notifier import DeliveryError, DeliveryRefused, DeliveryUnknown, DestinationDown
from daemon.notifiers.slack.answers import ADVICE, GONE, UNFIT, broken, code_in, failure


def failed(code, status=200, **headers):
    return failure(code, status, headers, "the channel C0123456789")


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_what_a_person_must_mend_is_said_with_what_to_do(code):
    """Faults 36 and 37: what is owed waits until somebody did."""
    error = failed(code)

    assert type(error) is DestinationDown
    assert str(error) == f"slack answered {code} for the channel C0123456789: {ADVICE[code]}"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_auth", "xoxb-"),
        ("not_in_channel", "/invite @"),
        ("channel_not_found", "Channel ID"),
        ("missing_scope", "chat:write"),
        ("no_service", "incoming webhook"),
    ],
)
def test_the_advice_names_what_to_touch(code, advice):
    assert advice in str(failed(code))


@pytest.mark.parametrize("code", sorted(UNFIT))
def test_a_layout_refused_even_as_plain_text_is_our_own_fault(code):
    assert isinstance(failed(code), DeliveryRefused)
    assert "report it" in str(failed(code))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ratelimited", 429),
        ("rate_limited", 429),
        (None, 429),
        (None, 200),
        ("a_code_nobody_foresaw", 200),
    ],
)
def test_what_passes_by_itself_is_for_later(code, status):
    assert type(failed(code, status)) is DeliveryError


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("fatal_error", 200),
        ("internal_error", 200),
        ("internal_error", 500),
        ("service_unavailable", 503),
        (None, 502),
    ],
)
def test_where_slack_broke_off_the_message_may_stand_all_the_same(code, status):
    """Fault 39."""
    assert type(failed(code, status)) is DeliveryUnknown


@pytest.mark.parametrize("status", [302, 308, 400, 403, 404, 407, 499])
def test_a_refusal_without_slacks_words_points_at_the_address(status):
    assert type(failed(None, status)) is DestinationDown
    assert "check `url`" in str(failed(None, status))


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ("30", timedelta(seconds=30)),
        ("0", timedelta(seconds=1)),
        ("3601", timedelta(hours=1)),
        ("9" * 5000, timedelta(hours=1)),
        ("-5", None),
        ("soon", None),
        ("²", None),
    ],
)
def test_when_to_come_back_is_believed_within_reason(told, heard):
    assert failed("ratelimited", 429, **{"Retry-After": told}).retry_after == heard


def test_only_a_code_is_taken_for_a_code():
    assert code_in("not_in_channel") == "not_in_channel"
    assert code_in("The URL /services/T/B/secret was not found") is None
    assert code_in(None) is None


def test_what_is_gone_is_never_also_badly_laid_out():
    assert not GONE & UNFIT


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ServerDisconnectedError(), DeliveryUnknown),
        (ConnectionResetError(104, "reset"), DeliveryUnknown),
        (aiohttp.ClientPayloadError("https://hooks.slack.com/secret"), DeliveryUnknown),
        (aiohttp.InvalidURL("secret"), DestinationDown),
    ],
)
def test_a_connection_that_broke_may_have_carried_the_message(error, kind):
    """Fault 39."""
    assert type(broken(error)) is kind
    assert "secret" not in str(broken(error))
