"""A vendor that says what it is told to, and remembers when it was asked."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from daemon.http import Call, HttpError, Reply
from tests.fakes import HandClock

AT = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
URL = "https://acme.example/v1/usage"
GOOD = Reply(200, {}, b"{}")


def limited(after: str | None = None, status: int = 429) -> Reply:
    return Reply(status, {} if after is None else {"Retry-After": after}, b"slow down")


@dataclass(slots=True)
class Vendor:
    """A way out to it. Once it has said all it was told to, it is well."""

    clock: HandClock
    answers: deque[Reply | HttpError] = field(default_factory=deque)
    takes: timedelta = timedelta(0)
    """How long an answer takes."""
    asked: list[datetime] = field(default_factory=list)
    allowed: list[timedelta] = field(default_factory=list)

    def says(self, *answers: Reply | HttpError) -> None:
        self.answers.extend(answers)

    async def send(self, call: Call) -> Reply:
        self.asked.append(self.clock.at)
        self.allowed.append(call.within)
        self.clock.at += self.takes
        answer = self.answers.popleft() if self.answers else GOOD
        if isinstance(answer, HttpError):
            raise answer
        return answer
