"""A message as Slack shows it: Block Kit within its limits, and the same in plain text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    ImageBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from daemon.message import Fact, Tone, Wording
from daemon.notifier import Message
from daemon.notifiers.slack.buttons import buttons
from daemon.notifiers.slack.escaped import Room, escape
from daemon.notifiers.slack.tables import lines, packed
from daemon.text import is_link
from daemon.wording.form import LATELY, REPEATED, is_told_apart, plain

# https://docs.slack.dev/reference/block-kit/blocks/header-block and .../section-block
HEADER = 150
SECTION = 3000
ALT = 2000
# Documented as 40,000 for a post, yet chat.update answers msg_too_long above 4,000:
# https://github.com/seratch/ChatGPT-in-Slack/issues/102
TEXT = 3900
# All text of all blocks together fails with msg_blocks_too_long somewhere above 13,000, which is
# not documented: https://github.com/slackapi/bolt-js/issues/2509. This leaves room for markup.
ALL = 9000
SENTENCE = 1200
SENTENCES = 4
VALUE = 300
FACTS = 20
NOTE = 300

MARKS: Mapping[Tone, str] = {
    Tone.INFO: "🔵",
    Tone.WARNING: "🟠",
    Tone.CRITICAL: "🔴",
    Tone.ACKNOWLEDGED: "👤",
    Tone.RESOLVED: "✅",
    Tone.WITHDRAWN: "↩️",
    Tone.REPORT: "📊",
    Tone.TEST: "🧪",
}
OVER = (Tone.RESOLVED, Tone.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Said:
    """All of it escaped: nothing a vendor wrote can mention, link or ping."""

    text: str
    """What a notification on a phone shows."""
    plain: str
    """The whole of it, for where Slack refuses the blocks."""
    head: tuple[Block, ...]
    body: tuple[Block, ...]
    notes: tuple[str, ...]
    tail: tuple[Block, ...] = ()
    """Buttons, where there are any."""

    bared: bool = False
    """Whether Slack refused the layout: then nothing is laid out under it any more either."""

    def bare(self) -> "Said":
        return replace(self, text=self.plain, bared=True)

    def blocks(
        self, pictures: Sequence[ImageBlock] = (), notes: Sequence[str] = ()
    ) -> tuple[Block, ...]:
        """With pictures in their place, and with what else there is to say of the message."""
        small = [ContextBlock(elements=[_markdown(note)]) for note in (*self.notes, *notes)]
        return (*self.head, *pictures, *self.body, *small, *self.tail)


def said(message: Message, *, pressable: bool = False) -> Said:
    """`pressable`: whether somebody listens to buttons."""
    words, mark = message.wording, MARKS[message.tone]
    under = buttons(message.letters) if pressable else None
    room = Room(ALL)
    head = tuple(_head(words, message.tone, room))
    advice = tuple(_advice(words, room))
    return Said(
        text=escape(" ".join((mark, _sentence(words.title), *words.lead)), TEXT),
        plain=escape("\n".join((f"{mark} {plain(words)}", *_notes(message))), TEXT),
        head=head,
        body=(*_facts(_unseen(message), room), *_tables(words, room), *advice),
        notes=tuple(escape(note, NOTE) for note in _notes(message)),
        tail=() if under is None else (under,),
    )


def news(message: Message) -> str:
    """What is new, in one line, for the message's thread; empty: nothing."""
    told = message.wording.news
    return escape(f"{MARKS[message.tone]} {told}", TEXT) if told else ""


def picture(file_id: str, title: str) -> ImageBlock:
    """A file that Slack has, shown inside a message."""
    # The alternative text is no markup, so nothing in it is escaped, and nothing in it can ping.
    return ImageBlock(alt_text=title[:ALT] or "A chart", slack_file={"id": file_id})


def _head(words: Wording, tone: Tone, room: Room) -> Iterator[Block]:
    title = f"{MARKS[tone]} {words.title}"
    yield HeaderBlock(text=PlainTextObject(text=room.take(title, HEADER), emoji=True))
    if len(escape(title, SECTION)) > HEADER:
        yield _section(room.take(words.title, SENTENCE))
    sentences = [room.take(one, SENTENCE) for one in _story(words)]
    if tone in OVER:
        sentences = [f"~{one}~" for one in sentences]
    sentences += [room.take(one, SENTENCE) for one in words.lead[:SENTENCES]]
    for piece in packed([one for one in sentences if one], SECTION):
        yield _section(piece)


def _story(words: Wording) -> tuple[str, ...]:
    return (words.story,) if is_told_apart(words) else ()


def _unseen(message: Message) -> Sequence[Fact]:
    """What is drawn need not be drawn in letters too."""
    facts = message.wording.facts
    return [fact for fact in facts if fact.label != LATELY or not message.pictures]


def _facts(facts: Sequence[Fact], room: Room) -> Iterator[Block]:
    """A line each. As fields a telephone would need two lines for each, and show half as many."""
    told = [_fact(fact, room) for fact in facts[:FACTS] if room.left > 2 * VALUE]
    for piece in packed(told, SECTION):
        yield _section(piece)


def _fact(fact: Fact, room: Room) -> str:
    return f"*{room.take(fact.label, VALUE)}:* {room.take(fact.value, VALUE)}"


def _tables(words: Wording, room: Room) -> Iterator[Block]:
    for table in words.tables:
        for piece in packed(list(lines(table, room)), SECTION):
            # Of a long one Slack may show the beginning, and the rest to whoever asks for it.
            yield SectionBlock(text=_markdown(piece))


def _advice(words: Wording, room: Room) -> Iterator[Block]:
    parts = [room.take(words.advice, SENTENCE)] if words.advice else []
    if words.runbook:
        address = room.take(words.runbook, SENTENCE)
        parts.append(f"<{address}|Open the runbook>" if is_link(words.runbook) else address)
    if parts:
        yield _section("\n".join(("*Next*", *parts)))


def _notes(message: Message) -> Iterator[str]:
    if message.repeats:
        yield REPEATED


def _sentence(title: str) -> str:
    return title if title.endswith((".", "!", "?")) else f"{title}."


def _section(text: str) -> SectionBlock:
    """Never folded away behind a "see more"."""
    return SectionBlock(text=_markdown(text), expand=True)


def _markdown(text: str) -> MarkdownTextObject:
    """Verbatim: Slack makes no link, channel or name of anything that only looks like one."""
    return MarkdownTextObject(text=text, verbatim=True)
