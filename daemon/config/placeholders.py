"""References for when nothing is connected to: what is not set here gets a stand-in text."""

from collections.abc import Mapping

from daemon.config.references import Surroundings, Unresolved


class Placeholders:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._real = Surroundings(environ)
        self.missing: list[str] = []
        """Why each reference that leads nowhere does, once each, in the order they were met."""

    def resolve(self, kind: str, name: str) -> str:
        try:
            return self._real.resolve(kind, name)
        except Unresolved as error:
            if str(error) not in self.missing:
                self.missing.append(str(error))
            return f"placeholder-for-{kind}-{name}"
