from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.message import Fact, Table, Tone, Wording
from daemon.notifiers.slack.blocks import ALL, MARKS, TEXT, news, picture, said
from daemon.sandbox.slack.block_kit import BLOCKS, complaints, weight
from daemon.wording.form import LATELY
from rules.alert import Change
from rules.series import Series, labels_of
from rules.verdict import Why
from tests.daemon.notifiers.slack.told import PNG, told
from tests.make import VOICE, alert, event, letter, message, verdict


def blocks_of(message, **shown):
    return [block.to_dict() for block in said(message, pressable=True).blocks(**shown)]


def kinds(message, **shown):
    return [block["type"] for block in blocks_of(message, **shown)]


def huge(change, characters):
    labels = labels_of({f"label_{number}": characters * 99 for number in range(12)})
    why = Why(characters * 5000, characters * 5000)
    over = alert(rule=characters * 500, series=Series("s", "m", labels), worst=verdict(why=why))
    return message(
        letter(
            event=event(change, alert=over, verdict=verdict(why=why)),
            names={characters * 99: characters * 5000},
            summary=characters * 5000,
            runbook="https://e.com/" + characters * 5000,
        )
    )


def test_a_message_is_a_headline_a_story_facts_what_to_do_and_buttons():
    assert kinds(told()) == ["header", "section", "section", "actions"]


def test_a_picture_stands_below_the_story_and_small_print_above_the_buttons():
    shown = {"pictures": [picture("F012345678", "Minutes")], "notes": ["Note"]}

    summarised = message(letter(summary="Look."))
    assert kinds(summarised, **shown) == [
        *("header", "section", "image", "section", "section"),
        *("context", "actions"),
    ]


@pytest.mark.parametrize("tone", list(Tone))
def test_the_headline_begins_with_the_mark_of_its_tone(tone):
    toned = replace(told(), tone=tone)

    assert blocks_of(toned)[0]["text"]["text"].startswith(f"{MARKS[tone]} Agatha, sona_speech_1")
    assert said(toned).text.startswith(f"{MARKS[tone]} Agatha")
    assert len(set(MARKS.values())) == len(Tone)


def test_a_title_too_long_for_a_headline_is_said_whole_below_it():
    words = replace(told().wording, title="t" * 200, story="t" * 200)
    headline, whole, *_ = blocks_of(replace(told(), wording=words))

    assert headline["text"]["text"].endswith("t…")
    assert whole["text"]["text"] == "t" * 200


def test_each_fact_is_a_line_and_none_is_folded_away():
    facts = blocks_of(told())[1]

    assert facts["text"]["text"].splitlines()[1] == "*Voice:* Agatha (e5f6fb1a…)"
    assert facts["expand"] is True


def test_what_is_drawn_is_not_drawn_in_letters_too():
    words = replace(told().wording, facts=(Fact(LATELY, "▁▂█"), Fact("Since", "Friday")))
    bare = replace(told(), wording=words)

    assert "▁▂█" in str(blocks_of(bare))
    assert "▁▂█" not in str(blocks_of(replace(bare, pictures=(PNG,))))
    assert "Friday" in str(blocks_of(replace(bare, pictures=(PNG,))))


def test_what_is_over_keeps_its_story_struck_through():
    resolved = told(Change.RESOLVED)
    story = resolved.wording.story

    assert blocks_of(resolved)[1]["text"]["text"].startswith(f"~{story}~")

    goes_on = replace(resolved, tone=Tone.WARNING)
    assert blocks_of(goes_on)[1]["text"]["text"].startswith(story)


def test_who_acknowledged_it_is_said_and_need_not_be_asked_again():
    headline, *_, under = blocks_of(told(Change.ACKNOWLEDGED))

    assert headline["text"]["text"].startswith("👤 Anna ")
    assert "Acknowledge" not in {one["text"]["text"] for one in under["elements"]}


def test_what_may_have_arrived_before_says_so():
    repeated = told(repeats=True)

    assert "Possibly a repeat" in str(blocks_of(repeated)[-2])
    assert "Possibly a repeat" in said(repeated).plain
    assert "Possibly a repeat" not in str(blocks_of(told()))


def test_what_is_new_is_one_line_with_the_mark():
    assert news(told(Change.RESOLVED, news="Back to <usual>")) == "✅ Back to &lt;usual&gt;"
    assert news(told()) == ""


def test_a_runbook_that_is_an_address_becomes_a_link():
    linked = message(letter(runbook="https://wiki.example.com/a?b&c"))

    link = "<https://wiki.example.com/a?b&amp;c|Open the runbook>"
    assert link in blocks_of(linked)[-2]["text"]["text"]


def test_a_runbook_in_words_stays_words():
    asked = message(letter(runbook="Ask <Jo>"))

    assert blocks_of(asked)[-2]["text"]["text"].endswith("\nAsk &lt;Jo&gt;")


def test_nothing_a_vendor_wrote_can_call_anybody():
    """Fault 44."""
    called = "<!channel> <@U1> <https://evil.example|our invoice> & co"
    made = message(letter(names={VOICE: called}, summary=called, runbook="see <!here>"))
    table = Table(called, (called, called), ((called, called),), more=called)
    made = replace(made, wording=replace(made.wording, tables=(table,), news=called))
    everything = f"{said(made).text}{said(made).plain}{blocks_of(made)}{news(made)}"

    assert "<" not in everything
    assert "&lt;!channel&gt;" in said(made).text
    assert "&lt;!channel&gt;" in blocks_of(made)[0]["text"]["text"]


def test_slack_makes_no_links_of_what_only_looks_like_one():
    texts = [block["text"] for block in blocks_of(told()) if block["type"] == "section"]

    assert len(texts) == 2
    assert all(text["verbatim"] for text in texts)


def test_a_message_without_facts_or_advice_has_neither():
    bare = Wording("Title", "Title", (), (), "")

    assert kinds(message(wording=bare)) == ["header"]
    assert said(message(wording=bare)).text.endswith(" Title.")


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("characters", ["a", "&", "<", "🔥"])
def test_no_letter_is_too_long_for_slack(change, characters):
    made = huge(change, characters)
    blocks = blocks_of(made, pictures=[picture("F012345678", characters * 5000)], notes=["n"])

    assert complaints(blocks) == []
    assert len(said(made).text) <= TEXT
    assert len(said(made).plain) <= TEXT


texts = st.text(alphabet="a &<>*🔥", max_size=1500)
tables = st.builds(
    Table,
    texts,
    st.tuples(texts, texts),
    st.lists(st.tuples(texts, texts), max_size=60).map(tuple),
    more=st.none() | texts,
)
wordings = st.builds(
    Wording,
    texts,
    texts,
    st.lists(texts, max_size=8).map(tuple),
    st.lists(st.builds(Fact, texts, texts), max_size=40).map(tuple),
    texts,
    st.none() | texts,
    texts,
    st.lists(tables, max_size=4).map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(wordings)
def test_no_wording_at_all_is_too_much_for_slack(words):
    made = replace(told(repeats=True), wording=words)
    blocks = blocks_of(made)

    assert complaints(blocks) == []
    assert len(blocks) <= BLOCKS
    assert weight(blocks) <= ALL + 2000
    assert len(news(made)) <= TEXT


def test_a_fact_there_is_no_room_for_is_left_out_and_never_empty():
    words = replace(told().wording, facts=tuple(Fact("l" * 300, "v" * 300) for _ in range(20)))
    sections = blocks_of(replace(told(), wording=words))[1:]
    texts = [each["text"]["text"] for each in sections if each["type"] == "section"]
    facts = [line for text in texts for line in text.splitlines() if "vv" in line]

    assert 0 < len(facts) < 20
    assert set(facts) == {f"*{'l' * 300}:* {'v' * 300}"}


def test_five_thousand_alerts_are_laid_out_within_the_limits():
    rows = tuple((f"Voice {number}", f"{number} minutes") for number in range(5000))
    words = replace(told().wording, tables=(Table("Alerts", ("What", "How much"), rows),))
    blocks = blocks_of(replace(told(), wording=words))

    assert complaints(blocks) == []
    assert "• *Voice 0*  0 minutes" in blocks[2]["text"]["text"]
    assert "more here_" in str(blocks)
