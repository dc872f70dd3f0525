"""Where secrets come from: the configuration names them, and this looks them up."""

import logging
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, Self

FORMS = "${env:NAME}, ${file:/path} or ${credential:NAME}"
PATTERN = r"\$\{(env|file|credential):[^}]+\}"

_PLACE = re.compile(r"\$\$\{|\$\{(?:([^}:]*):([^}]*)\})?")
_LARGEST = 65_536

log = logging.getLogger(__name__)


class Unresolved(Exception):
    """A reference leads nowhere. The message names the reference, never what it holds."""


class References(Protocol):
    def resolve(self, kind: str, name: str, key: str) -> str:
        """What `${kind:name}` stands for, or `Unresolved`; `key` is where it stands: the section
        and the key, as in "destinations.channel"."""
        ...


class Referred(str):
    """Text that came, whole or in part, by reference. It is never shown to anyone."""

    __slots__ = ("again", "by")
    by: str
    again: Callable[[], str | None] | None

    def __new__(cls, text: str, by: str, again: Callable[[], str | None] | None = None) -> Self:
        """`by` is the reference as it is written, for messages; `again` reads it anew."""
        made = super().__new__(cls, text)
        made.by = by
        made.again = again
        return made


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The real ones: this environment, the files of this machine, and systemd's credentials."""

    environ: Mapping[str, str] = field(repr=False)
    _warned: set[Path] = field(default_factory=set, repr=False, compare=False)

    def resolve(self, kind: str, name: str, key: str) -> str:
        if kind == "env":
            return _clean(self._variable(name), f"environment variable '{name}'")
        path = self._credential(name) if kind == "credential" else Path(name)
        if not path.is_absolute():
            raise Unresolved(f"expected an absolute path such as ${{file:/run/key}}, got '{name}'")
        text, open_to_all = _contents(path)
        if open_to_all and path not in self._warned:
            self._warned.add(path)
            log.warning("any user can read the secret in %s; chmod 600 would end that", path)
        return _clean(text, f"file '{path}'")

    def _variable(self, name: str) -> str:
        if name not in self.environ:
            raise Unresolved(f"environment variable '{name}' is not set")
        return self.environ[name]

    def _credential(self, name: str) -> Path:
        if "/" in name or name in {".", ".."}:
            raise Unresolved(f"expected the name of a credential, got the path '{name}'")
        folder = self.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise Unresolved(
                f"credential '{name}' cannot be read: CREDENTIALS_DIRECTORY is not set "
                "(systemd sets it where the unit has LoadCredential=)"
            )
        return Path(folder, name)


def expand(text: str, references: References, key: str) -> str:
    """Text with its references resolved; it is `Referred` if there were any.

    `$${` stands for a plain `${`. Raises `Unresolved` for the first reference that fails.
    """
    used: list[str] = []

    def answer(place: re.Match[str]) -> str:
        if place[0] == "$${":
            return "${"
        used.append(place[0])
        _check(place[1], place[2])
        return references.resolve(place[1], place[2], key)

    whole = _PLACE.sub(answer, text)
    if not used:
        return whole
    changes = any(not one.startswith("${env:") for one in used)
    again = partial(_read_again, text, references, key) if changes else None
    return Referred(whole, ", ".join(used), again)


def _read_again(text: str, references: References, key: str) -> str | None:
    """What a file holds now; None while it is being replaced, say."""
    try:
        return str(expand(text, references, key))
    except Unresolved:
        return None


def _check(kind: str | None, name: str | None) -> None:
    if kind is None or not name:
        raise Unresolved(f"expected a reference such as {FORMS} (a plain '${{' is written '$${{')")
    if kind not in {"env", "file", "credential"}:
        raise Unresolved(f"no such kind of reference '{kind}'; expected {FORMS}")


def _contents(path: Path) -> tuple[str, bool]:
    """What a file holds, and whether any user may read it."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Unresolved(f"expected a file at '{path}', found something else")
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1).decode()
    except UnicodeDecodeError:
        raise Unresolved(f"expected UTF-8 text in file '{path}'") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise Unresolved(f"file '{path}' cannot be read: {why}") from None
    return text, bool(mode & stat.S_IROTH)


def _clean(text: str, where: str) -> str:
    """One line without its newline: editors and `echo` leave one, and no secret has it."""
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise Unresolved(f"{where} is empty")
    if len(text) > _LARGEST or not text.isprintable():
        raise Unresolved(f"expected one line of plain text in {where}, found more than that")
    return text
