"""How to say who asks, and what of that must never be repeated."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from daemon.secret import Secret

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_TELLING = re.compile(
    r"(^|[-_])(authorization|cookie|(api)?key|token|secret|password)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Login:
    """A token, a name with its password, or headers of the vendor's own making."""

    token: Secret | None = None
    username: str | None = None
    password: Secret | None = None
    headers: Mapping[str, str | Secret] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError, with the key that is wrong, where this is no way to log in."""
        if (self.username is None) != (self.password is None):
            raise ValueError("username: expected it and password together, got one of them")
        taken = "token" if self.token else "username" if self.username is not None else None
        if self.token and self.username is not None:
            raise ValueError("token: expected it or a username, got both")
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"headers: expected the name of a header, got {name!r}")
            if isinstance(value, str) and _TELLING.search(name):
                raise ValueError(f"headers: {name} is a secret; write ${{env:NAME}} in its place")
            if taken and name.lower() == "authorization":
                raise ValueError(f"headers: expected no {name} beside {taken}, which makes one")

    def sent(self) -> Mapping[str, str]:
        """The headers that say it."""
        headers = {name: _text(value) for name, value in self.headers.items()}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.reveal()}"
        elif self.username is not None:
            headers["Authorization"] = f"Basic {self._pair()}"
        return headers

    def secrets(self) -> tuple[Secret, ...]:
        """Whatever of it a vendor might repeat: "Bearer abc" whole, and "abc" by itself."""
        words = [one.reveal() for one in self.headers.values() if isinstance(one, Secret)]
        words += [one.reveal() for one in (self.token, self.password) if one is not None]
        if self.username is not None:
            words.append(self._pair())
        parts = [word.split()[-1] for word in words if word.strip()]
        return tuple(Secret(word) for word in dict.fromkeys([*words, *parts]))

    def keys(self) -> tuple[str, ...]:
        """The settings to look at where it is refused."""
        told = {
            "token": self.token is not None,
            "password": self.password is not None,
            "headers": any(isinstance(one, Secret) for one in self.headers.values()),
        }
        return tuple(key for key, given in told.items() if given)

    def _pair(self) -> str:
        password = "" if self.password is None else self.password.reveal()
        return base64.b64encode(f"{self.username}:{password}".encode()).decode()


def _text(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
