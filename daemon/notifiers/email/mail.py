"""A letter as a mail: its headers, its text and its page."""

import hashlib
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, parseaddr

from daemon.notifier import Letter
from daemon.notifiers.email.page import page
from daemon.text import clip
from daemon.wording import wording
from daemon.wording.form import Wording, plain
from rules.alert import Change

SUBJECT = 180
PREFIX = {Change.RESOLVED: "Resolved: ", Change.WITHDRAWN: "Withdrawn: "}
"""What the story does not say itself."""


class OneLine(UnstructuredHeader, BaseHeader):
    """A header that stays on its line; up to 998 characters one is allowed (RFC 5322, 2.1.1).

    The standard library begins some subjects on a second line, which readers show as a space in
    front, and folds a long Message-ID into encoded words, which no client threads by.
    """

    def fold(self, *, policy: Policy) -> str:
        whole = f"{self.name}: {self}{policy.linesep}"
        return whole if self.isascii() else super().fold(policy=policy)


HEADERS = HeaderRegistry()
for header in ("Subject", "In-Reply-To", "References"):
    HEADERS.map_to_type(header, OneLine)
POLICY = EmailPolicy(header_factory=HEADERS)


def mail(letter: Letter, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The same for the same letter, to the last header: a retry is recognised as the mail it is."""
    words = wording(letter)
    post = EmailMessage(POLICY)
    post["From"] = sender
    post["To"] = ", ".join(to)
    post["Subject"] = clip(PREFIX.get(letter.event.change, "") + words.story, SUBJECT)
    post["Message-ID"] = message_id(letter, sender)
    # Of the letter, not of the try: a retry is the same mail.
    post["Date"] = format_datetime(letter.owed_at)
    if letter.receipt is not None:
        post["In-Reply-To"] = post["References"] = letter.receipt.id
    _mark_as_automatic(post, sender)
    _fill(post, letter, words)
    return post


def message_id(letter: Letter, sender: str) -> str:
    return f"<meterwatch-{letter.alert}-{_digest(letter)}@{domain(sender)}>"


def address(sender: str) -> str:
    """The address in "Meterwatch <meterwatch@example.com>"; empty where there is none."""
    return parseaddr(sender)[1]


def domain(sender: str) -> str:
    return address(sender).rpartition("@")[2]


def _mark_as_automatic(post: EmailMessage, sender: str) -> None:
    """Nobody's holiday notice answers a machine, and a filter can tell us by our List-Id."""
    post["Auto-Submitted"] = "auto-generated"
    post["X-Auto-Response-Suppress"] = "All"
    post["List-Id"] = f"Meterwatch alerts <meterwatch.{domain(sender)}>"


def _fill(post: EmailMessage, letter: Letter, words: Wording) -> None:
    # Quoted-printable passes every relay unharmed, and a person can still read the source.
    post.set_content(f"{plain(words)}\n", cte="quoted-printable")
    post.add_alternative(page(letter, words), subtype="html", cte="quoted-printable")
    # Left out it is random, and a retry another mail; quoted-printable writes no "=_" of its own.
    post.set_boundary(f"=_{_digest(letter)}")


def _digest(letter: Letter) -> str:
    return hashlib.sha256(letter.key.encode()).hexdigest()[:24]
