import pytest

from daemon.sandbox.slack.call import Refusal
from daemon.sandbox.slack.files import Files

PNG = b"\x89PNG pixels"


def uploaded(files, content=PNG, owner="bot", **form):
    granted = files.grant(owner, {"filename": "a.png", "length": len(content)} | form, "http://h")
    id_ = granted["file_id"]
    assert files.upload(id_, content)
    files.complete(owner, {"files": [{"id": id_, "title": "A"}]}, None)
    return id_


def showing(id_):
    return [{"type": "image", "slack_file": {"id": id_}, "alt_text": "a"}]


def refused(call, *arguments):
    with pytest.raises(Refusal) as refusal:
        call(*arguments)
    return refusal.value.code


def test_a_file_is_granted_uploaded_completed_and_shown():
    files = Files()
    id_ = uploaded(files, alt_txt="alt")
    files.check("bot", showing(id_), "C1")

    stored = files.all[id_]
    assert (stored.name, stored.alt, stored.title) == ("a.png", "alt", "A")
    assert (stored.content, stored.shared) == (PNG, ("C1",))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_arguments"),
        ({"filename": "a"}, "invalid_arguments"),
        ({"filename": "a", "length": "0"}, "invalid_arguments"),
        ({"filename": "a", "length": 1, "alt_txt": "a" * 1001}, "alt_txt_too_large"),
    ],
)
def test_a_file_needs_a_name_and_a_length(form, code):
    assert refused(Files().grant, "bot", form, "http://h") == code


def test_an_upload_is_as_long_as_was_said_and_comes_once():
    files = Files()
    id_ = files.grant("bot", {"filename": "a", "length": 3}, "http://h")["file_id"]

    assert not files.upload(id_, b"four")
    assert files.upload(id_, b"abc")
    assert not files.upload(id_, b"abc")
    assert not files.upload("F999999999", b"abc")


def test_what_was_not_uploaded_or_is_anothers_cannot_be_completed():
    files = Files()
    id_ = files.grant("bot", {"filename": "a", "length": 3}, "http://h")["file_id"]
    form = {"files": [{"id": id_}]}

    assert refused(files.complete, "bot", {}, None) == "invalid_arguments"
    assert refused(files.complete, "bot", form, None) == "file_not_found"
    files.upload(id_, b"abc")
    assert refused(files.complete, "other", form, None) == "file_not_found"
    assert files.complete("bot", form, "C1")[0].shared == ("C1",)
    assert refused(files.complete, "bot", form, None) == "file_not_found"


def test_a_picture_is_not_at_hand_at_once():
    files = Files(processing=1)
    id_ = uploaded(files)

    assert refused(files.check, "bot", showing(id_), "C1") == "invalid_blocks"
    files.check("bot", showing(id_), "C1")


def test_only_a_picture_of_ones_own_can_be_shown():
    files = Files()
    text = uploaded(files, b"team,cost")

    assert refused(files.check, "bot", showing(text), "C1") == "invalid_blocks"
    assert refused(files.check, "other", showing(uploaded(files)), "C1") == "invalid_blocks"
    assert refused(files.check, "bot", showing("F999999999"), "C1") == "invalid_blocks"
