"""Block Kit's limits, as Slack complains of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# https://docs.slack.dev/reference/block-kit/blocks and .../composition-objects/text-object
BLOCKS = 50
BLOCK_ID = 255
HEADER = 150
TEXT = 3000
FIELDS = 10
FIELD = 2000
CONTEXT = 10
ACTIONS = 25
BUTTON = 75
ACTION_ID = 255
VALUE = 2000
ADDRESS = 3000
ALT = 2000
# Not documented, and met by many: https://github.com/slackapi/bolt-js/issues/2509
ALL_TEXT = 13_000
# https://github.com/slackapi/python-slack-sdk/issues/1521
FILE_ID = "^F[A-Z0-9]{8,}$"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One of `response_metadata.messages`."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"[ERROR] {self.what} [json-pointer:{self.where}]"


def complaints(blocks: object) -> list[Complaint]:
    if not isinstance(blocks, list):
        return [Complaint("must be an array", "/blocks")]
    many = [Complaint(f"no more than {BLOCKS} items allowed", "/blocks")]
    found = many if len(blocks) > BLOCKS else []
    for number, block in enumerate(blocks):
        found += _block(block, f"/blocks/{number}")
    return found


def weight(blocks: object) -> int:
    """The length of all text in there, however deep."""
    if isinstance(blocks, Mapping):
        own = blocks.get("text")
        here = len(own) if isinstance(own, str) else 0
        return here + sum(weight(value) for value in blocks.values())
    if isinstance(blocks, list):
        return sum(weight(value) for value in blocks)
    return 0


def _block(block: object, where: str) -> Iterator[Complaint]:
    if not isinstance(block, Mapping):
        yield Complaint("must be an object", where)
        return
    yield from _length(block.get("block_id", " "), BLOCK_ID, f"{where}/block_id")
    match block.get("type"):
        case "header":
            yield from _text(block.get("text"), HEADER, f"{where}/text", types=("plain_text",))
        case "section":
            yield from _section(block, where)
        case "context":
            yield from _context(block, where)
        case "actions":
            yield from _actions(block, where)
        case "image":
            yield from _image(block, where)
        case "divider":
            pass
        case other:
            yield Complaint(f"unsupported type: {other}", f"{where}/type")


def _section(block: Json, where: str) -> Iterator[Complaint]:
    if "text" not in block and "fields" not in block:
        yield Complaint("must define either `text` or `fields`", where)
    if "text" in block:
        yield from _text(block["text"], TEXT, f"{where}/text")
    if "fields" in block:
        yield from _items(block["fields"], FIELDS, f"{where}/fields")
        for number, field in enumerate(_listed(block["fields"])):
            yield from _text(field, FIELD, f"{where}/fields/{number}")


def _context(block: Json, where: str) -> Iterator[Complaint]:
    yield from _items(block.get("elements"), CONTEXT, f"{where}/elements")
    for number, element in enumerate(_listed(block.get("elements"))):
        if not (isinstance(element, Mapping) and element.get("type") == "image"):
            yield from _text(element, TEXT, f"{where}/elements/{number}")


def _actions(block: Json, where: str) -> Iterator[Complaint]:
    yield from _items(block.get("elements"), ACTIONS, f"{where}/elements")
    taken = set()
    for number, element in enumerate(_listed(block.get("elements"))):
        here = f"{where}/elements/{number}"
        if not isinstance(element, Mapping) or element.get("type") != "button":
            yield Complaint("unsupported element", here)
            continue
        yield from _text(element.get("text"), BUTTON, f"{here}/text", types=("plain_text",))
        yield from _length(element.get("action_id"), ACTION_ID, f"{here}/action_id")
        yield from _length(element.get("value", " "), VALUE, f"{here}/value")
        if element.get("style", "primary") not in {"primary", "danger"}:
            yield Complaint("must be one of primary, danger", f"{here}/style")
        if element.get("action_id") in taken:
            yield Complaint("action_id already exists", f"{here}/action_id")
        taken.add(element.get("action_id"))


def _image(block: Json, where: str) -> Iterator[Complaint]:
    """A public address or a file of Slack's own; which file that is, others look at."""
    if ("slack_file" in block) is ("image_url" in block):
        yield Complaint("must provide either `image_url` or `slack_file`", where)
    elif "image_url" in block:
        yield from _length(block["image_url"], ADDRESS, f"{where}/image_url")
    elif not re.fullmatch(FILE_ID, str((block["slack_file"] or {}).get("id", ""))):
        yield Complaint(f"input must match regex pattern: {FILE_ID}", f"{where}/slack_file/id")
    yield from _length(block.get("alt_text"), ALT, f"{where}/alt_text")


def files_in(blocks: Sequence[Json]) -> Iterator[tuple[int, str]]:
    """Where images stand that are files of Slack's own, and which."""
    for number, block in enumerate(blocks):
        if block.get("type") == "image" and "slack_file" in block:
            yield number, str(block["slack_file"]["id"])


def _text(
    text: object, longest: int, where: str, types: Sequence[str] = ("plain_text", "mrkdwn")
) -> Iterator[Complaint]:
    if not isinstance(text, Mapping):
        yield Complaint("missing required field: text", where)
        return
    if text.get("type") not in types:
        yield Complaint(f"must be one of {', '.join(types)}", f"{where}/type")
    if text.get("type") == "plain_text" and "verbatim" in text:
        yield Complaint("no more properties allowed: verbatim", where)
    yield from _length(text.get("text"), longest, f"{where}/text")


def _length(text: object, longest: int, where: str) -> Iterator[Complaint]:
    if not isinstance(text, str):
        yield Complaint("must be a string", where)
    elif len(text) > longest:
        yield Complaint(f"must be less than {longest + 1} characters", where)
    elif not text:
        yield Complaint("must be more than 0 characters", where)


def _items(items: object, most: int, where: str) -> Iterator[Complaint]:
    if not _listed(items):
        yield Complaint("must have at least 1 item", where)
    elif len(_listed(items)) > most:
        yield Complaint(f"no more than {most} items allowed", where)


def _listed(items: object) -> list[object]:
    return items if isinstance(items, list) else []
