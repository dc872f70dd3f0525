"""What a letter says, in words: once, and the same for every place it goes to."""

from daemon.letter import Letter
from daemon.message import Fact, Wording
from daemon.wording.digest import digest, tone_of
from daemon.wording.form import plain, said
from daemon.wording.sources import of_a_source
from daemon.wording.usage import of_usage
from rules.health import CONDITIONS

__all__ = ["Fact", "Wording", "digest", "plain", "said", "tone_of", "wording"]


def wording(letter: Letter) -> Wording:
    """What a letter says."""
    condition = CONDITIONS.get(letter.event.alert.rule)
    return of_usage(letter) if condition is None else of_a_source(letter, condition)
