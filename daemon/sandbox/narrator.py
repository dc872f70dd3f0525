"""Tells, on the terminal, what people would have seen elsewhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from daemon.clock import Clock
from daemon.sandbox.mail import Mail
from daemon.sandbox.slack.stand_in import WEBHOOKS, Message, Version

_DAY = timedelta(days=1)
_LINK = re.compile(r"<([^|>]+)\|([^>]+)>")


_WELCOME = """\
This is a sandbox. Vendors, Slack and the mail server are stand-ins on this machine: nothing leaves
it, no secret is used, and what is stored is thrown away at the end. Its clock runs {speed:g} times
as fast. What people would see elsewhere is shown in a frame. Ctrl-C ends it.
"""


class Narrator:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def welcome(self, clock: Clock) -> None:
        """What a newcomer is looking at."""
        self._say(_WELCOME.format(speed=_DAY / clock.wall(_DAY)))

    def slack(self, message: Message) -> None:
        """A Slack message, as it stands now; of an edit that only adds to it, what it adds."""
        where = "an incoming webhook" if message.author == WEBHOOKS else message.channel
        now, *before = (_shown(version) for version in reversed(message.versions))
        title, lines = _which(message), now
        if before and before[0] == [line for line in now if line in before[0]]:
            title, lines = "the same message, with more", _added(now, before[0])
        self._say(_framed(f"Slack, {where}: {title}", lines))

    def mail(self, mail: Mail) -> None:
        """A mail's text part, with the headers a person sees."""
        subject = str(mail.message["Subject"]).strip()
        head = [f"Subject: {subject}", f"To: {', '.join(mail.recipients)}"]
        reply = mail.message["In-Reply-To"]
        title = "Mail: a reply in the same thread" if reply else "Mail"
        self._say(_framed(title, [*head, "", *_text(mail.message)]))

    def elsewhere(self, title: str, lines: Sequence[str]) -> None:
        """What a program was told."""
        self._say(_framed(title, lines))


def _which(message: Message) -> str:
    if message.thread is not None:
        also = ", shown in the channel too" if message.broadcast else ""
        return f"{'a file' if message.files else 'a reply'} in its thread{also}"
    return "the same message, edited" if len(message.versions) > 1 else "a new message"


def _shown(version: Version) -> Sequence[str]:
    return _spoken(version.blocks) or _unmarked(version.text).splitlines()


def _added(now: Sequence[str], before: Sequence[str]) -> Sequence[str]:
    return [line for line in now if line not in before] or ["(nothing else than before)"]


def _spoken(blocks: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The words of Block Kit blocks, without their markup."""
    lines: list[str] = []
    for block in blocks:
        lines += _unmarked(_said(block.get("text"))).splitlines()
        # A field is its name over its value.
        lines += [_unmarked(_said(one)).replace("\n", ": ") for one in block.get("fields", ())]
        match block.get("type"):
            case "actions":
                lines.append("  ".join(f"[ {_said(one['text'])} ]" for one in block["elements"]))
            case "image":
                lines.append(f"(a picture: {_unmarked(block['alt_text'])})")
            case _:
                lines += [_unmarked(_said(one)) for one in block.get("elements", ())]
    return [line for line in lines if line]


def _said(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, Mapping) else ""


def _unmarked(text: str) -> str:
    bare = _LINK.sub(r"\2: \1", text).replace("*", "").replace("~", "")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _text(message: EmailMessage) -> Sequence[str]:
    body = message.get_body(("plain",))
    return [] if body is None else str(body.get_content()).rstrip().splitlines()


def _framed(title: str, lines: Sequence[str]) -> str:
    return "\n".join(["", f"┌─ {title}", *(f"│ {line}".rstrip() for line in lines), "└─", ""])
