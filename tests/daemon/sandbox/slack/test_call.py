import json

import pytest

from daemon.sandbox.slack.call import Refusal, arguments, blocks_in, payload, text_in

FORM = "application/x-www-form-urlencoded"


def refused(call, *arguments_):
    with pytest.raises(Refusal) as refusal:
        call(*arguments_)
    return refusal.value.answer()


def test_arguments_come_as_json_or_as_a_form_with_json_in_it():
    assert arguments("application/json", '{"channel": "C1", "blocks": []}') == {
        "channel": "C1",
        "blocks": [],
    }
    assert arguments(FORM, "channel=C1&blocks=%5B%5D&text=") == {
        "channel": "C1",
        "blocks": [],
        "text": "",
    }


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "invalid_json"),
        ("text/html", "{}", "invalid_post_type"),
        (FORM, "blocks={", "invalid_blocks_format"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_code(content_type, body, code):
    assert refused(arguments, content_type, body) == {"ok": False, "error": code}


def test_a_webhook_takes_json_or_a_payload():
    assert payload("application/json", '{"text": "a"}') == {"text": "a"}
    assert payload(FORM, "payload=%7B%22text%22%3A%22a%22%7D") == {"text": "a"}
    assert refused(payload, FORM, "text=a")["error"] == "invalid_payload"


def test_a_message_needs_text_or_blocks():
    assert text_in({"text": "a"}) == "a"
    assert text_in({"blocks": [{"type": "divider"}]}) == ""
    assert refused(text_in, {"blocks": []})["error"] == "no_text"


def test_a_text_is_cut_at_forty_thousand_characters():
    assert len(text_in({"text": "a" * 40_001})) == 40_000


def test_blocks_past_a_limit_are_refused_with_the_reasons():
    answer = refused(blocks_in, {"blocks": [{"type": "headline"}]})

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: headline [json-pointer:/blocks/0/type]"
    ]


def test_blocks_that_are_too_much_together_are_refused():
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 2600}}

    assert len(blocks_in({"blocks": [section] * 5})) == 5
    assert refused(blocks_in, {"blocks": [section] * 6})["error"] == "msg_blocks_too_long"


def test_no_blocks_are_no_fault():
    assert blocks_in(json.loads('{"text": "a"}')) == ()
