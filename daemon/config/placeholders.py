"""References for where nothing is connected to: what is not set here gets a stand-in text."""

from collections.abc import Mapping

from daemon.config.references import References, Surroundings, Unresolved

STAND_INS: Mapping[str, str] = {
    "destinations.channel": "C0PLACEHOLDER",
    "destinations.sender": "placeholder@example.com",
    "destinations.to": "placeholder@example.com",
    "recorders.subscription": "00000000-0000-4000-8000-000000000000",
    "store.url": "sqlite:///placeholder.db",
}
"""Where not any text will do, by section and key."""


class StandIns:
    """References of which some may lead nowhere."""

    def __init__(self, real: References) -> None:
        self._real = real
        self.missing: list[str] = []
        """Why each reference that leads nowhere does, once each, in the order they were met."""

    def resolve(self, kind: str, name: str, key: str) -> str:
        try:
            return self._real.resolve(kind, name, key)
        except Unresolved as error:
            if str(error) not in self.missing:
                self.missing.append(str(error))
            return STAND_INS.get(key, f"placeholder-for-{kind}-{name}")


class Placeholders(StandIns):
    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Surroundings(environ))
