"""Text that never prints itself."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A key, a token, a password. Only `reveal()` shows it, so every use can be found."""

    _text: str = field(repr=False)
    _again: Callable[[], str | None] | None = field(default=None, repr=False, compare=False)
    """Reads it anew where it lies, in a file that may be written while we run; None where it is
    not there to be read just now."""

    def reveal(self) -> str:
        """As it is now: a key that was changed on disk is the new one from the next call on."""
        now = None if self._again is None else self._again()
        return self._text if now is None else now

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__
