"""A letter as a Slack message: Block Kit within its limits, and the same in plain text."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from slack_sdk.models.blocks import (
    Block,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from daemon.notifier import Letter
from daemon.text import is_link
from daemon.wording import wording
from daemon.wording.form import Fact, Wording, plain
from rules.alert import Change
from rules.rule import Severity

# https://docs.slack.dev/reference/block-kit/blocks/header-block and .../section-block
HEADER = 150
SECTION = 3000
FIELD = 2000
FIELDS = 10
# Documented as 40,000 for a post, yet chat.update answers msg_too_long above 4,000:
# https://github.com/seratch/ChatGPT-in-Slack/issues/102
TEXT = 3900
# All text of all blocks together fails with msg_blocks_too_long somewhere above 13,000, which is
# not documented: https://github.com/slackapi/bolt-js/issues/2509. What follows stays below 9,000.
SENTENCE = 1200
VALUE = 300

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MARKS = {Severity.INFO: "🔵", Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}
OVER = {Change.RESOLVED: "✅", Change.WITHDRAWN: "↩️"}


@dataclass(frozen=True, slots=True)
class Message:
    """All of it escaped: nothing a vendor wrote can mention, link or ping."""

    text: str
    """What a notification on a phone shows."""
    blocks: tuple[Block, ...]
    plain: str
    """The whole of it, for where Slack refuses the blocks."""


def message(letter: Letter) -> Message:
    words = wording(letter)
    mark = OVER.get(letter.event.change, MARKS[letter.severity])
    return Message(
        text=escape(" ".join((mark, f"{words.title}.", *words.lead)), TEXT),
        blocks=tuple(_blocks(words, mark)),
        plain=escape(f"{mark} {plain(words)}", TEXT),
    )


def escape(text: str, longest: int) -> str:
    """Text with Slack's three control characters made harmless, cut without splitting an entity.

    https://docs.slack.dev/messaging/formatting-message-text#escaping

    >>> escape("<!channel> Q&A", 100)
    '&lt;!channel&gt; Q&amp;A'
    >>> escape("<<<<", 9)
    '&lt;&lt;…'
    """
    safe = [ENTITIES.get(char, char) for char in text]
    ends = list(accumulate(len(piece) for piece in safe))
    if not ends or ends[-1] <= longest:
        return "".join(safe)
    return "".join(safe[: bisect_right(ends, longest - 1)]) + "…"


def _blocks(words: Wording, mark: str) -> Iterator[Block]:
    title = escape(f"{mark} {words.title}", HEADER)
    yield HeaderBlock(text=PlainTextObject(text=title, emoji=True))
    struck = [] if words.story == words.title else [f"~{escape(words.story, SENTENCE)}~"]
    sentences = (*struck, *(escape(sentence, SENTENCE) for sentence in words.lead))
    # Two sentences and a story of 1,200 could pass the limit together; each alone cannot.
    for start in range(0, len(sentences), 2):
        yield SectionBlock(text=_markdown("\n".join(sentences[start : start + 2])))
    for start in range(0, len(words.facts), FIELDS):
        yield SectionBlock(fields=[_field(fact) for fact in words.facts[start : start + FIELDS]])
    yield SectionBlock(text=_markdown(f"*Next*\n{_next(words)}"))


def _next(words: Wording) -> str:
    advice = escape(words.advice, SENTENCE)
    if words.runbook is None:
        return advice
    address = escape(words.runbook, SENTENCE)
    runbook = f"<{address}|Open the runbook>" if is_link(words.runbook) else address
    return f"{advice}\n{runbook}"


def _field(fact: Fact) -> MarkdownTextObject:
    return _markdown(f"*{escape(fact.label, VALUE)}*\n{escape(fact.value, VALUE)}")


def _markdown(text: str) -> MarkdownTextObject:
    """Verbatim: Slack makes no link, channel or name of anything that only looks like one."""
    return MarkdownTextObject(text=text, verbatim=True)
