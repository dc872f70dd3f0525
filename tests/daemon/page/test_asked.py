"""A body is read strictly: what is not understood is refused, whoever sent it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.page.asked import MOST_BYTES, Wrong, flag_in, match_in, moment_in, span_in, text_in
from daemon.store import open_store
from tests.blank import blank
from tests.daemon.page.caller import caller, told

GOOD = b'{"by": "Anna"}'
WRONG = {
    "empty": b"",
    "no object": b"[]",
    "cut off": b'{"by": "Anna"',
    "twice": b'{"by": "Anna", "by": "Ben"}',
    "no number": b'{"by": "Anna", "undo": NaN}',
    "no text": b'{"by": "\xff"}',
    "no character": b'{"by": "\\ud800"}',
    "too deep": b"[" * 15_000,
    "too large": b'{"by": ' + b"9" * 5_000 + b"}",
    "unknown": b'{"by": "Anna", "force": true}',
    "no flag": b'{"by": "Anna", "undo": 1}',
    "none": b"{}",
}


async def test_a_body_that_is_not_understood_is_refused(tmp_path: object) -> None:
    async with open_store(blank(tmp_path)) as store, caller(store) as page:
        number = await told(store)
        json = {"Content-Type": "application/json"}
        path, post = f"/alerts/{number}/acknowledge", page.call
        answers = {
            name: (await post("POST", path, data=body, headers=json)).status
            for name, body in WRONG.items()
        }
        async with store.transaction() as tx:
            acts = await tx.acts.of(number)
        good = await post("POST", path, data=GOOD, headers=json)

    assert answers == dict.fromkeys(WRONG, 400)
    assert acts == []
    assert good.status == 200


@pytest.mark.parametrize(("length", "status"), [(MOST_BYTES, 200), (MOST_BYTES + 1, 413)])
async def test_a_body_has_a_limit(tmp_path: object, length: int, status: int) -> None:
    async with open_store(blank(tmp_path)) as store, caller(store) as page:
        path, json = f"/alerts/{await told(store)}/acknowledge", "application/json"
        body = GOOD.ljust(length)
        reply = await page.call("POST", path, data=body, headers={"Content-Type": json})

    assert reply.status == status


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.lists(st.text())), max_size=3))
def test_labels_and_patterns_are_taken_as_they_are_or_not_at_all(match: dict[str, object]) -> None:
    try:
        read = match_in({"match": match}, "match")
    except Wrong:
        return

    assert read == {
        name: tuple(one) if isinstance(one, list) else (one,) for name, one in match.items()
    }
    assert all(all(patterns) for patterns in read.values())


@pytest.mark.parametrize("read", [text_in, flag_in, span_in, moment_in, match_in])
@pytest.mark.parametrize("value", [7, 7.5, [], [""], {"": "a"}, {"a": {}}, "", "\u202e"])
def test_what_is_not_understood_is_refused_in_words(
    read: Callable[..., object], value: object
) -> None:
    with pytest.raises(Wrong) as caught:
        read({"key": value}, "key")

    assert caught.value.error.startswith("key")
    assert caught.value.expected
    assert caught.value.found is not None


def test_what_is_understood_is_read() -> None:
    asked = {"by": " Anna\n Lee", "undo": True, "for": "1h30m", "at": "2026-11-20T15:00:00+01:00"}

    assert text_in(asked, "by") == "Anna Lee"
    assert (flag_in(asked, "undo"), flag_in(asked, "redo")) == (True, False)
    assert span_in(asked, "for") == timedelta(minutes=90)
    assert moment_in(asked, "at") == datetime(2026, 11, 20, 14, tzinfo=UTC)
