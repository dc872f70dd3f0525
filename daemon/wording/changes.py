"""What became of an alert, in the words that go before its story, or stand alone in its thread."""

from collections.abc import Iterator
from datetime import timedelta

from daemon.letter import Letter
from daemon.message import Fact
from daemon.text import one_line
from daemon.wording.form import over_at
from rules.alert import Change
from rules.words import span

NEWS_TO_ACT_ON = (Change.OPENED, Change.WORSENED, Change.ESCALATED)
"""Somebody should look, now."""
_MINUTE = timedelta(minutes=1)


def is_over(letter: Letter) -> bool:
    return letter.event.change in (Change.RESOLVED, Change.WITHDRAWN)


def is_unheard(letter: Letter) -> bool:
    """Whether it was over before anybody there was told: all of it is told at once."""
    return is_over(letter) and not letter.heard


def titled(letter: Letter, story: str) -> str:
    """The title of what still goes on, and of what is told only now that it is over."""
    match letter.event.change:
        case Change.OPENED | Change.WORSENED:
            return story
        case Change.ACKNOWLEDGED if letter.by:
            head = f"{one_line(letter.by)} looks after it"
        case Change.REMINDED:
            head = f"Still{_after(letter)}"
        case Change.ESCALATED:
            head = f"Nobody acknowledged{_after(letter)}"
        case Change.RESOLVED:
            head = "Fired and over"
        case Change.ACKNOWLEDGED | Change.WITHDRAWN:
            head = letter.event.change.value.capitalize()
    return f"{head}: {story}"


def news(letter: Letter) -> str:
    """Of what still goes on, for the thread under the message that told of it."""
    match letter.event.change:
        case Change.ACKNOWLEDGED:
            return f"Acknowledged by {one_line(letter.by)}" if letter.by else "Acknowledged"
        case Change.REMINDED:
            return f"Still going on{_after(letter)}: nobody acknowledged"
        case Change.ESCALATED:
            return f"Nobody acknowledged{_after(letter)}: others are told"
        case _:
            return ""


def advice(letter: Letter) -> str:
    """What to do where the change itself says so."""
    match letter.event.change:
        case Change.ACKNOWLEDGED:
            who = one_line(letter.by) if letter.by else "whoever acknowledged it"
            return f"Leave it to {who}; to talk about it, say alert {letter.alert}."
        case Change.REMINDED | Change.ESCALATED:
            return (
                f"Look after it, and say so: meterwatch acknowledge {letter.alert}. "
                "Then nobody is reminded of it again."
            )
        case _:
            return ""


def history(letter: Letter) -> Iterator[Fact]:
    """Who looks after it, and how often it came back."""
    if times := letter.event.alert.returns:
        often = "once" if times == 1 else f"{times} times"
        yield Fact("Came back", f"{often}, soon after it had ended")
    if letter.by:
        yield Fact("Acknowledged", f"by {one_line(letter.by)}")


def lasted(letter: Letter) -> str:
    """For how long, of what is over; empty: for no time that could be told.

    As it is said in a sentence: " after 2 hours".
    """
    length = over_at(letter) - letter.event.alert.since
    return f" after {span(length)}" if length > timedelta(0) else ""


def _after(letter: Letter) -> str:
    """How long it had lasted when this was written."""
    length = letter.owed_at - letter.event.alert.since
    whole = length - length % _MINUTE
    return f", after {span(whole)}" if whole > timedelta(0) else ""
