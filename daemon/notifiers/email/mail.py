"""A message as a mail: its headers, its text, its page with what is drawn, and its files."""

import hashlib
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, getaddresses

from daemon.message import File, Tone
from daemon.notifier import Message
from daemon.notifiers.email.page import page
from daemon.text import clip, one_line
from daemon.wording.form import plain, said
from daemon.wording.names import subject

SUBJECT = 180
PREFIX = {Tone.RESOLVED: "Resolved: ", Tone.WITHDRAWN: "Withdrawn: "}
"""What the story does not say itself."""
KINDS = {
    "csv": ("text", "csv"),
    "json": ("application", "json"),
    "png": ("image", "png"),
    "svg": ("image", "svg+xml"),
}


class OneLine(UnstructuredHeader, BaseHeader):
    """A header that stays on its line; up to 998 characters one is allowed (RFC 5322, 2.1.1).

    The standard library begins some subjects on a second line, which readers show as a space in
    front, and folds a long Message-ID or List-Id into encoded words, which no client threads by and
    no filter finds.
    """

    def fold(self, *, policy: Policy) -> str:
        whole = f"{self.name}: {self}{policy.linesep}"
        return whole if self.isascii() else super().fold(policy=policy)


HEADERS = HeaderRegistry()
for header in ("Subject", "In-Reply-To", "References", "Message-ID", "List-Id"):
    HEADERS.map_to_type(header, OneLine)
POLICY = EmailPolicy(header_factory=HEADERS)


def mail(
    message: Message, sender: str, to: tuple[str, ...], *, one_subject: bool = False
) -> EmailMessage:
    """The same for the same message, to the last byte: a retry is recognised as the mail it is."""
    post = EmailMessage(POLICY)
    post["From"] = sender
    post["To"] = ", ".join(to)
    post["Subject"] = clip(_steady(message) if one_subject else _subject(message), SUBJECT)
    post["Message-ID"] = message_id(message, sender)
    # Of the message, not of the try: a retry is the same mail.
    post["Date"] = format_datetime(message.written_at)
    if message.receipt is not None:
        post["In-Reply-To"] = post["References"] = message.receipt.id
    _mark_as_automatic(post, sender)
    _fill(post, message)
    return post


def message_id(message: Message, sender: str) -> str:
    alert = f"{message.letters[0].alert}-" if len(message.letters) == 1 else ""
    return f"<meterwatch-{alert}{_digest(message)}@{domain(sender)}>"


def address(sender: str) -> str:
    """The address in "Meterwatch <meterwatch@example.com>"; empty where there is none, or two."""
    found = getaddresses([sender])
    return found[0][1] if len(found) == 1 else ""


def domain(sender: str) -> str:
    return address(sender).rpartition("@")[2]


def _subject(message: Message) -> str:
    """Of one alert that is over its story, which a mailbox lists beside the one that opened it."""
    words, alone = message.wording, len(message.letters) == 1
    if not alone or words.story in words.title:
        return words.title
    return PREFIX.get(message.tone, "") + words.story


def _steady(message: Message) -> str:
    """The same from the beginning of an alert to its end."""
    if len(message.letters) != 1:
        return message.wording.title
    [letter] = message.letters
    return f"Alert {letter.alert}: {one_line(letter.event.alert.rule)}, {subject(letter)}"


def _mark_as_automatic(post: EmailMessage, sender: str) -> None:
    """Nobody's holiday notice answers a machine, and a filter can tell us by our List-Id."""
    post["Auto-Submitted"] = "auto-generated"
    post["X-Auto-Response-Suppress"] = "All"
    post["List-Id"] = f"Meterwatch alerts <meterwatch.{domain(sender)}>"


def _fill(post: EmailMessage, message: Message) -> None:
    digest = _digest(message)
    shown = {f"{at}.{digest}@meterwatch": one for at, one in enumerate(message.pictures)}
    # Quoted-printable passes every relay unharmed, and a person can still read the source.
    post.set_content(f"{plain(said(message))}\n", cte="quoted-printable")
    post.add_alternative(page(message, shown), subtype="html", cte="quoted-printable")
    markup = list(post.iter_parts())[-1]
    for cid, picture in shown.items():
        _add_picture(markup, cid, picture)
    for file in message.files:
        kind, sub = _kind(file)
        post.add_attachment(file.content, kind, sub, filename=file.name)
    # Left out it is random, and a retry another mail; neither quoted-printable nor base64 writes
    # a "=_" of its own.
    together = (part for part in post.walk() if part.is_multipart())
    for number, part in enumerate(together):
        part.set_boundary(f"=_{number}_{digest}")


def _add_picture(markup: MIMEPart, cid: str, picture: File) -> None:
    """Inside the mail: nothing is loaded, so nothing is asked for and nobody is told of it."""
    content, (kind, sub) = picture.content, _kind(picture)
    markup.add_related(
        content, kind, sub, filename=picture.name, disposition="inline", cid=f"<{cid}>"
    )


def _kind(file: File) -> tuple[str, str]:
    """Not by the system's list, which no two machines have alike."""
    return KINDS.get(file.name.rpartition(".")[2], ("application", "octet-stream"))


def _digest(message: Message) -> str:
    return hashlib.sha256(message.key.encode()).hexdigest()[:24]
