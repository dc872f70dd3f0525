from datetime import timedelta

import pytest

from daemon.notifier import DeliveryRefused
from daemon.notifiers.slack.answers import ADVICE, GONE, UNFIT, code_in, failure


def failed(code, status=200, **headers):
    return failure(code, status, headers, "the channel C0123456789")


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_what_a_person_must_mend_is_refused_with_what_to_do(code):
    error = failed(code)

    assert isinstance(error, DeliveryRefused)
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
        ("fatal_error", 200),
        ("internal_error", 500),
        ("service_unavailable", 503),
        (None, 502),
        (None, 200),
        ("a_code_nobody_foresaw", 200),
    ],
)
def test_what_passes_by_itself_is_for_later(code, status):
    assert not isinstance(failed(code, status), DeliveryRefused)


@pytest.mark.parametrize("status", [400, 403, 404, 407, 499])
def test_a_refusal_without_slacks_words_points_at_the_address(status):
    assert isinstance(failed(None, status), DeliveryRefused)
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
