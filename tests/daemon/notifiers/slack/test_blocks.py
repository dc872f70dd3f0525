import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.notifiers.slack.blocks import TEXT, escape, message
from daemon.sandbox.slack.block_kit import ALL_TEXT, complaints, weight
from rules.alert import Change
from rules.rule import Severity
from rules.series import Series, labels_of
from rules.verdict import Why
from tests.make import VOICE, alert, event, letter, verdict


def blocks_of(told):
    return [block.to_dict() for block in message(told).blocks]


def kinds(told):
    return [block["type"] for block in blocks_of(told)]


def huge(change, characters):
    labels = labels_of({f"label_{number}": characters * 99 for number in range(12)})
    why = Why(characters * 5000, characters * 5000)
    over = alert(rule=characters * 500, series=Series("s", "m", labels), worst=verdict(why=why))
    return letter(
        event=event(change, alert=over, verdict=verdict(why=why)),
        names={characters * 99: characters * 5000},
        summary=characters * 5000,
        runbook="https://e.com/" + characters * 5000,
    )


def test_a_message_is_a_headline_a_story_facts_and_what_to_do():
    assert kinds(letter()) == ["header", "section", "section", "section"]


def test_the_headline_is_the_title_with_the_colour_of_its_severity():
    critical = blocks_of(letter(severity=Severity.CRITICAL))[0]["text"]["text"]

    assert (
        critical == "🔴 Agatha, sona_speech_1: 41.2 minutes in an hour, 13 times as much as usual"
    )
    assert message(letter()).text.startswith("🟠 Agatha")
    assert message(letter(severity=Severity.INFO)).text.startswith("🔵 Agatha")


def test_each_fact_is_a_field_of_its_own():
    fields = blocks_of(letter())[2]["fields"]

    assert fields[1] == {
        "type": "mrkdwn",
        "text": "*Voice*\nAgatha (e5f6fb1a…)",
        "verbatim": True,
    }


def test_what_is_over_keeps_its_story_struck_through():
    headline, story, *_ = blocks_of(letter(Change.RESOLVED))

    assert headline["text"]["text"] == "✅ Back to usual: Agatha, sona_speech_1, after 2 hours"
    assert story["text"]["text"].startswith(
        "~Agatha, sona_speech_1: 41.2 minutes in an hour, 13 times as much as usual~\n3.1 minutes"
    )
    assert message(letter(Change.WITHDRAWN)).text.startswith("↩️ Withdrawn: ")


def test_a_runbook_that_is_an_address_becomes_a_link():
    told = letter(runbook="https://wiki.example.com/a?b&c")

    assert (
        "<https://wiki.example.com/a?b&amp;c|Open the runbook>"
        in (blocks_of(told)[-1]["text"]["text"])
    )


def test_a_runbook_in_words_stays_words():
    told = letter(runbook="Ask <Jo>")

    assert blocks_of(told)[-1]["text"]["text"].endswith("\nAsk &lt;Jo&gt;")


def test_nothing_a_vendor_wrote_can_call_anybody():
    called = "<!channel> <@U1> <https://evil.example|our invoice> & co"
    told = letter(names={VOICE: called}, summary=called, runbook="see <!here>")
    said = message(told)
    everything = f"{said.text}{said.plain}{blocks_of(told)}"

    assert "<" not in everything
    assert "&lt;!channel&gt;" in said.text
    assert "&lt;!channel&gt;" in blocks_of(told)[0]["text"]["text"]


def test_slack_makes_no_links_of_what_only_looks_like_one():
    texts = [blocks_of(letter())[1]["text"], *blocks_of(letter())[2]["fields"]]

    assert all(text["verbatim"] for text in texts)


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("characters", ["a", "&", "<", "🔥"])
def test_no_letter_is_too_long_for_slack(change, characters):
    told = huge(change, characters)
    blocks = blocks_of(told)

    assert complaints(blocks) == []
    assert weight(blocks) <= ALL_TEXT
    assert len(message(told).text) <= TEXT
    assert len(message(told).plain) <= TEXT


@settings(max_examples=100)
@given(st.text(), st.integers(min_value=1, max_value=60))
def test_an_escaped_text_keeps_its_length_and_cuts_no_entity(text, longest):
    safe = escape(text, longest)
    left = safe.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")

    assert len(safe) <= longest
    assert not set("&<>") & set(left)
