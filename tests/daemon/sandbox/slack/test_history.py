import pytest

from daemon.sandbox.slack.call import Refusal
from daemon.sandbox.slack.history import Message, Version, history, replies


def said(ts, **fields):
    return Message("C1", f"{ts}.000000", "bot", (Version(f"text {ts}"),), **fields)


PARENT = said(10, metadata={"event_type": "e"})
REPLY = said(20, thread=PARENT.ts)
BROADCAST = said(30, thread=PARENT.ts, broadcast=True)
OTHER = said(40)
ALL = [PARENT, REPLY, BROADCAST, OTHER]


def texts(answer):
    return [one["text"] for one in answer["messages"]]


def test_a_history_is_newest_first_with_only_those_replies_that_were_broadcast():
    assert texts(history(ALL, {})) == ["text 40", "text 30", "text 10"]


def test_a_history_may_be_cut_at_both_ends():
    assert texts(history(ALL, {"oldest": "10.000000"})) == ["text 40", "text 30"]
    assert texts(history(ALL, {"latest": "40.000000"})) == ["text 30", "text 10"]
    within = {"oldest": "10.000000", "latest": "30.000000", "inclusive": "1"}
    assert texts(history(ALL, within)) == ["text 30", "text 10"]


def test_a_thread_begins_with_its_message():
    assert texts(replies(ALL, {"ts": PARENT.ts})) == ["text 10", "text 20", "text 30"]
    assert texts(replies(ALL, {"ts": PARENT.ts, "oldest": "25.0"})) == ["text 10", "text 30"]


def test_a_thread_of_nothing_is_not_found():
    with pytest.raises(Refusal, match="thread_not_found"):
        replies(ALL, {"ts": "1.0"})


def test_more_than_the_limit_comes_in_pages():
    first = history(ALL, {"limit": "2"})
    cursor = first["response_metadata"]["next_cursor"]
    second = history(ALL, {"limit": "2", "cursor": cursor})

    assert (texts(first), first["has_more"]) == (["text 40", "text 30"], True)
    assert (texts(second), second["has_more"]) == (["text 10"], False)
    assert second["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize("limit", ["0", "1000"])
def test_a_limit_has_its_own(limit):
    with pytest.raises(Refusal, match="invalid_limit"):
        history(ALL, {"limit": limit})


def test_metadata_is_told_to_whom_asks_for_it():
    assert "metadata" not in history(ALL, {})["messages"][-1]
    asked = history(ALL, {"include_all_metadata": "1"})["messages"][-1]
    assert asked["metadata"] == {"event_type": "e"}
