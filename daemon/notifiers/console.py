"""Messages on the terminal, or in the journal of whatever runs the daemon."""

import sys
from dataclasses import dataclass
from typing import Literal

from daemon.http import Http
from daemon.notifier import DeliveryError, Letter
from daemon.wording import wording
from daemon.wording.form import plain


@dataclass(frozen=True, slots=True)
class Console:
    """Prints what others would be sent, which is the quickest way to see a rule at work."""

    to: Literal["stdout", "stderr"] = "stdout"
    """Where to print."""

    async def send(self, http: Http, letter: Letter) -> None:
        # Looked up at each letter: a process may be given other streams after it was built.
        stream = sys.stdout if self.to == "stdout" else sys.stderr
        try:
            stream.write(f"{plain(wording(letter))}\n\n")
            stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"cannot print to {self.to}: {error}") from error

    async def probe(self, http: Http) -> str:
        return "nothing to ask"
