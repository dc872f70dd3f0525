import pytest

from daemon.sandbox.slack.block_kit import complaints, files_in, weight


def plain(text):
    return {"type": "plain_text", "text": text}


def words(text):
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def button(number=0, **fields):
    element = {"type": "button", "text": plain("t" * 75), "action_id": f"{number}", "value": "v"}
    return element | fields


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def said(*blocks):
    return [str(complaint) for complaint in complaints(list(blocks))]


def test_blocks_within_the_limits_are_fine():
    assert not said(
        {"type": "header", "text": plain("t" * 150), "block_id": "b" * 255},
        {"type": "section", "text": words("t" * 3000)},
        {"type": "section", "fields": [words("f" * 2000)] * 10},
        {"type": "context", "elements": [words("e" * 3000)] * 10},
        {"type": "context", "elements": [{"type": "image", "image_url": "u", "alt_text": "a"}]},
        {"type": "image", "image_url": "u" * 3000, "alt_text": "a" * 2000},
        {"type": "image", "slack_file": {"id": "F012345678"}, "alt_text": "a"},
        actions(*(button(number, style="danger") for number in range(25))),
        {"type": "divider"},
    )


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (
            {"type": "header", "text": plain("t" * 151)},
            "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "header", "text": words("t")},
            "[ERROR] must be one of plain_text [json-pointer:/blocks/0/text/type]",
        ),
        (
            {"type": "section", "text": words("t" * 3001)},
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": words("")},
            "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": plain("t") | {"verbatim": True}},
            "[ERROR] no more properties allowed: verbatim [json-pointer:/blocks/0/text]",
        ),
        (
            {"type": "section"},
            "[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]",
        ),
        (
            {"type": "section", "fields": [words("f")] * 11},
            "[ERROR] no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "section", "fields": [words("f" * 2001)]},
            "[ERROR] must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            {"type": "context", "elements": []},
            "[ERROR] must have at least 1 item [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(*(button(number) for number in range(26))),
            "[ERROR] no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "image", "image_url": "u"},
            "[ERROR] must be a string [json-pointer:/blocks/0/alt_text]",
        ),
        (
            {"type": "image", "image_url": "u", "slack_file": {"id": "F0"}, "alt_text": "a"},
            "[ERROR] must provide either `image_url` or `slack_file` [json-pointer:/blocks/0]",
        ),
        (
            {"type": "image", "slack_file": {"id": "F0"}, "alt_text": "a"},
            (
                "[ERROR] input must match regex pattern: ^F[A-Z0-9]{8,}$ "
                "[json-pointer:/blocks/0/slack_file/id]"
            ),
        ),
        (
            actions({"type": "input"}),
            "[ERROR] unsupported element [json-pointer:/blocks/0/elements/0]",
        ),
        (
            actions(button(text=plain("t" * 76))),
            "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            actions(button(action_id="a" * 256)),
            (
                "[ERROR] must be less than 256 characters "
                "[json-pointer:/blocks/0/elements/0/action_id]"
            ),
        ),
        (
            actions(button(value="a" * 2001)),
            "[ERROR] must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            actions(button(style="loud")),
            "[ERROR] must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            actions(button(1), button(1)),
            "[ERROR] action_id already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            {"type": "divider", "block_id": "b" * 256},
            "[ERROR] must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
        (
            {"type": "headline"},
            "[ERROR] unsupported type: headline [json-pointer:/blocks/0/type]",
        ),
        ("text", "[ERROR] must be an object [json-pointer:/blocks/0]"),
    ],
)
def test_a_block_past_a_limit_is_complained_of_where_it_stands(block, complaint):
    assert said(block) == [complaint]


def test_a_message_holds_fifty_blocks():
    assert not said(*[{"type": "divider"}] * 50)
    assert said(*[{"type": "divider"}] * 51) == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]


def test_blocks_are_a_list():
    assert [str(found) for found in complaints({})] == [
        "[ERROR] must be an array [json-pointer:/blocks]"
    ]


def test_a_section_without_its_text_object_is_complained_of():
    assert said({"type": "section", "text": "t"}) == [
        "[ERROR] missing required field: text [json-pointer:/blocks/0/text]"
    ]


def test_the_weight_of_blocks_is_all_their_text():
    assert weight([{"type": "section", "text": words("abc"), "fields": [words("de")]}]) == 5


def test_pictures_are_files_of_slacks_own():
    blocks = [
        {"type": "image", "image_url": "u", "alt_text": "a"},
        {"type": "image", "slack_file": {"id": "F012345678"}, "alt_text": "a"},
    ]

    assert list(files_in(blocks)) == [(1, "F012345678")]
