"""One call to somebody's hook, and what its answer means for the message that it carried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from daemon.http import Call, Http, HttpError, HttpRefused, Reply
from daemon.http.retry import retry_after
from daemon.notifier import DeliveryError, DeliveryRefused, DeliveryUnknown, DestinationDown
from daemon.secret import Secret
from daemon.text import one_line

_LATER = (408, 425, 429)
_DOWN = (401, 403, 404, 405, 407, 410)
_WORDS = 160


@dataclass(frozen=True, slots=True)
class Hook:
    """Where it is, how to log in there, and what to call it before people."""

    who: str
    """For people: "the webhook"."""
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[Secret, ...] = ()
    """What is not repeated, even where the hook repeats it."""
    check: str = "`url`"
    """The settings to look at where it lets nobody in."""
    within: timedelta = timedelta(seconds=10)

    async def post(
        self, http: Http, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Its answer, where that is a yes; else what `Notifier.send` raises."""
        told = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        return await self._answered(http, Call(self.url, (), told, body, self.within))

    async def get(self, http: Http) -> Reply:
        return await self._answered(http, Call(self.url, (), self.headers, None, self.within))

    async def _answered(self, http: Http, call: Call) -> Reply:
        try:
            reply = await http.send(call)
        except HttpRefused as error:
            said = str(error) if "check " in str(error) else f"{error}; check {self.check}"
            raise DestinationDown(f"{self.who} cannot be reached: {said}") from error
        except HttpError as error:
            if error.left and call.body is not None:
                raise DeliveryUnknown(f"{self.who} did not answer: {error}") from error
            raise DeliveryError(f"{self.who} was not reached: {error}") from error
        if 200 <= reply.status < 300:
            return reply
        raise self._failure(reply, http)

    def _failure(self, reply: Reply, http: Http) -> DeliveryError:
        """What an answer that is not a yes means: later, or a person must act, or never."""
        status = reply.status
        what = f"{self.who} answered {status}: {self._words(reply)}"
        if status in _LATER or status >= 500:
            return DeliveryError(what, retry_after(reply, http.clock.now()))
        if status < 400:
            return DestinationDown(f"{what}; it points elsewhere and is not followed, check `url`")
        if status in _DOWN:
            return DestinationDown(f"{what}; check {self.check}")
        return DeliveryRefused(what)

    def _words(self, reply: Reply) -> str:
        """The hook's own, without the keys: some like to repeat them."""
        text = reply.body.decode(errors="replace")
        for secret in self.secrets:
            key = secret.reveal()
            text = text.replace(key, "***") if key else text
        return one_line(text[:4096], _WORDS) or "without a word"
