from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.notifiers.slack.escaped import Room, escape


@settings(max_examples=100)
@given(st.text(), st.integers(min_value=1, max_value=60))
def test_an_escaped_text_keeps_its_length_and_cuts_no_entity(text, longest):
    safe = escape(text, longest)
    left = safe.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")

    assert len(safe) <= longest
    assert not set("&<>") & set(left)


@given(st.lists(st.text()), st.integers(min_value=0, max_value=100))
def test_a_room_never_gives_more_than_it_has(texts, size):
    room = Room(size)

    assert sum(len(room.take(text, 40)) for text in texts) <= size
    assert room.left >= 0


def test_a_room_serves_first_who_asks_first():
    room = Room(8)

    assert [room.take("abcde", 5), room.take("abcde", 5), room.take("abcde", 5)] == [
        "abcde",
        "ab…",
        "",
    ]
