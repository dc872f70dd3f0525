"""Messages on the terminal, or in the journal of whatever runs the daemon."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal, TextIO

from daemon.http import Http
from daemon.notifier import DeliveryError, Message
from daemon.wording.form import plain, said


@dataclass(frozen=True, slots=True)
class Console:
    """Prints what others would be sent, which is the quickest way to see a rule at work."""

    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(0)

    to: Literal["stdout", "stderr"] = "stdout"
    """Where to print."""

    async def send(self, http: Http, message: Message) -> None:
        # Looked up at each message: a process may be given other streams after it was built.
        stream = sys.stdout if self.to == "stdout" else sys.stderr
        try:
            stream.write(f"{_in_letters_of(stream, plain(said(message)))}\n\n")
            stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"cannot print to {self.to}: {error}") from error

    async def probe(self, http: Http) -> str:
        return "nothing to ask"


def _in_letters_of(stream: TextIO, text: str) -> str:
    """A journal that is kept in ASCII shows a question mark for a voice's name, and the rest."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
