"""Answers that are spoiled on their way, as no vendor would write them."""

import re
from dataclasses import dataclass, replace
from random import Random

from daemon.http import Call, Reply, Web

_VALUE = re.compile(r'(?<=[:\[,])\s*("[^"]*"|-?[0-9][0-9.eE+-]*|null|true|false)')
_SPOILS = ("null", "true", '"x"', "-1", "1e400", "NaN", "[]", "{}", "9" * 400, "[" * 5000)


@dataclass(slots=True)
class Spoiled:
    """A vendor one of whose answers is spoiled on its way: cut off, or one value made another."""

    http: Web
    chance: Random
    calls: int

    async def send(self, call: Call) -> Reply:
        reply = await self.http.send(call)
        self.calls -= 1
        return reply if self.calls != 0 else replace(reply, body=self._spoil(reply.body))

    def _spoil(self, body: bytes) -> bytes:
        text = body.decode()
        if self.chance.random() < 0.3:
            return text[: self.chance.randrange(len(text))].encode()
        values = list(_VALUE.finditer(text))
        if not values:
            return b"[" * 50_000
        one = self.chance.choice(values)
        return (text[: one.start(1)] + self.chance.choice(_SPOILS) + text[one.end(1) :]).encode()
