"""A letter about a source says what is wrong with it and what a person must do."""

import pytest

from daemon.wording import wording
from rules.alert import Change
from rules.health import BLIND, CHANGED, CONDITIONS, CROWDED, REFUSED, REVISED
from tests.daemon.wording.told import DAY, facts, of_a_source

REFUSAL = (
    "voices: GET /v1/usage answered 401: Invalid API key; "
    "the key was refused, check sources.voices.key"
)
PAUSED = "is asked again by itself, and its rules neither open nor resolve."


def next_of(failure, condition=BLIND):
    return wording(of_a_source(condition, failure)).advice


def test_a_source_that_cannot_be_read_is_said_so_with_what_to_mend():
    words = wording(of_a_source(BLIND, REFUSAL))

    assert words.title == words.story == "voices cannot be read"
    assert words.lead == ("voices: GET /v1/usage answered 401: Invalid API key",)
    assert [fact.label for fact in words.facts] == ["Source", "Since", "Rule"]
    assert words.advice.startswith("The key was refused, check sources.voices.key. Meanwhile")
    assert words.advice.endswith(PAUSED)


def test_a_source_that_can_be_read_again_says_for_how_long_it_could_not():
    words = wording(of_a_source(BLIND, REFUSAL, Change.RESOLVED))

    assert words.title == "voices can be read again, after 2 hours"
    assert words.story == "voices cannot be read"
    assert words.lead == ("Its rules go on where they stopped.",)
    assert words.advice == "Nothing. Alert 12 is closed."


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        ("https://a:443: certificate not accepted: has expired", "Have the certificate of that"),
        ("https://a:443: host name not found", "Check sources.voices.url, and whether"),
        ("https://a:443: no TLS: the handshake failed", "Check sources.voices.url: the host"),
        ("answered 200: expected JSON, got HTML that begins", "Open sources.voices.url from"),
        ("GET /x answered 429: slow down; pay us", "Lower sources.voices.calls_a_minute, or"),
        ("certificate not accepted: has expired; renew it", "Renew it. Meanwhile"),
        ("no whole answer within 30 s", "Find out whether the vendor is up"),
        (
            "the proxy let nothing through; check HTTPS_PROXY",
            "Check HTTPS_PROXY. Meanwhile voices is",
        ),
    ],
)
def test_the_advice_is_the_failures_own_or_fits_its_cause(failure, advice):
    assert next_of(f"voices: GET /v1/usage: {failure}").startswith(advice)


def test_what_a_vendor_says_behind_a_semicolon_is_no_advice_of_ours():
    words = wording(of_a_source(BLIND, "voices: GET /x answered 503: busy; mail us your key"))

    assert "key" not in words.advice
    assert words.lead == ("voices: GET /x answered 503: busy; mail us your key",)


def test_a_changed_contract_names_the_field_and_what_to_do():
    gone = "its contract has changed: `usages[].total_minutes_used` is gone"
    words = wording(of_a_source(CHANGED, f"voices: GET /v1/voice-usage answered 200: {gone}"))

    assert words.title.startswith("voices answers something else than it used to")
    assert words.lead[0].endswith(gone)
    assert words.advice.startswith("See whether a newer Meterwatch knows this answer")
    assert words.advice.endswith(PAUSED)


def test_a_revised_day_shows_both_numbers():
    told = of_a_source(REVISED, "20 more.", series=DAY, expected=100, found=120)

    assert wording(told).title == (
        "2026-11-19: billing recorded 100 minutes, the vendor now says 120 minutes"
    )
    assert list(facts(told)) == ["Recorder", "Day", "Source", "Recorded", "Now", "Since", "Rule"]
    assert (facts(told)["Recorded"], facts(told)["Now"]) == ("100 minutes", "120 minutes")


def test_a_revision_that_is_over_still_says_what_it_was():
    told = of_a_source(REVISED, "20 more.", Change.RESOLVED, DAY, expected=100, found=120)

    assert wording(told).title == "2026-11-19: billing and the vendor agree, after 2 hours"
    assert wording(told).story.endswith("recorded 100 minutes, the vendor now says 120 minutes")


def test_a_revision_that_was_overtaken_points_to_the_newer_one():
    told = of_a_source(REVISED, "30 more.", Change.WITHDRAWN, DAY, expected=100, found=130)

    assert wording(told).title.startswith("Overtaken: 2026-11-19: billing recorded 100 min")
    assert wording(told).advice == "See the newer message. Alert 12 is closed."


def test_a_refused_day_says_what_was_not_accepted():
    words = wording(of_a_source(REFUSED, "answered 400: no such unit", series=DAY))

    assert words.title == "billing could not record 2026-11-19"
    assert words.advice.startswith("Find out what it did not accept. ")


def test_too_many_series_name_the_setting():
    assert next_of("5 more", CROWDED).startswith("Raise sources.voices.max_series, or let voices")


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_every_condition_is_said_whole_whatever_becomes_of_it(condition, change):
    told = of_a_source(condition, "a {who} {braces}\nof\u202e another", change, DAY)
    words = wording(told)
    said = f"{words.title}{words.story}{words.advice}"

    assert "{" not in said
    assert not set("\n\u202e") & set(f"{said}{words.lead}")
    assert "2026-11-19" in facts(told)["Day"]
