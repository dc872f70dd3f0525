import pytest

from daemon.sandbox.slack.call import Refusal
from daemon.sandbox.slack.workspace import Channel, HookRefused, Workspace
from tests.fakes import HandClock
from tests.make import AT

PNG = b"\x89PNG pixels"


def workspace(*channels, paced=False):
    return Workspace(HandClock(AT), channels or None, paced=paced, told=lambda message: None)


def posted(place, **form):
    return place.call("chat.postMessage", "bot", {"channel": "C1", "text": "a"} | form)["ts"]


def refused(place, method, **form):
    with pytest.raises(Refusal) as refusal:
        place.call(method, "bot", {"channel": "C1"} | form)
    return refusal.value.code


def test_a_reply_stands_in_its_thread_and_in_the_channel_if_it_was_broadcast():
    place = workspace()
    ts = posted(place)
    posted(place, thread_ts=ts)
    posted(place, thread_ts=ts, reply_broadcast="1")

    assert [(one.thread, one.broadcast) for one in place.messages] == [
        (None, False),
        (ts, False),
        (ts, True),
    ]


def test_a_whisper_is_seen_by_one_person_who_is_there():
    place = workspace(Channel("C1", absent=("U2",)))
    place.call("chat.postEphemeral", "bot", {"channel": "C1", "user": "U1", "text": "psst"})

    assert [(one.user, one.text) for one in place.whispers] == [("U1", "psst")]
    assert refused(place, "chat.postEphemeral", user="U2", text="psst") == "user_not_in_channel"
    assert not place.messages


def test_a_file_completed_for_a_thread_is_a_message_in_it():
    place = workspace()
    ts = posted(place)
    id_ = place.files.grant("bot", {"filename": "a.png", "length": len(PNG)}, "http://h")["file_id"]
    place.files.upload(id_, PNG)
    form = {"files": [{"id": id_, "title": "A"}], "channel_id": "C1", "thread_ts": ts}
    done = place.call("files.completeUploadExternal", "bot", form)

    assert done == {"files": [{"id": id_, "title": "A"}]}
    assert (place.messages[1].thread, place.messages[1].files) == (ts, (id_,))


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("conversations.history", "not_in_channel"),
        ("conversations.replies", "not_in_channel"),
        ("chat.postMessage", "not_in_channel"),
        ("chat.postEphemeral", "not_in_channel"),
        ("chat.shout", "unknown_method"),
    ],
)
def test_who_is_not_in_a_channel_neither_reads_nor_writes(method, code):
    assert refused(workspace(Channel("C1", joined=False)), method, text="a") == code


def test_what_was_said_in_one_channel_is_not_read_in_another():
    place = workspace()
    posted(place)

    assert place.call("conversations.history", "bot", {"channel": "C2"})["messages"] == []
    assert len(place.call("conversations.history", "bot", {"channel": "C1"})["messages"]) == 1


def test_who_asks_too_soon_must_wait():
    place = workspace(paced=True)
    posted(place)

    assert place.call("chat.postMessage", "bot", {"channel": "C1", "text": "b"}) is None


def test_a_webhook_that_is_none_refuses_with_a_status_of_its_own():
    with pytest.raises(HookRefused, match="no_service") as refusal:
        workspace(Channel("C1")).behind("C2")

    assert refusal.value.status == 404
