"""What several letters say together: how many of what, the worst first."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from daemon.letter import Letter
from daemon.message import Fact, Table, Tone, Wording
from daemon.text import moment, one_line
from daemon.wording.changes import is_over, lasted
from daemon.wording.sources import row_of_a_source
from daemon.wording.usage import row_of_usage
from rules.alert import Change
from rules.health import CONDITIONS
from rules.rule import Severity
from rules.words import count

ROWS = 20
"""More than this nobody reads to the end."""
RULES = 4
"""So many are named in a title; the rest is counted."""
GRAVITY = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
LIST = "meterwatch alerts"
SINCE = "Since (UTC)"
HEAD = ("What", "How much", SINCE, "State", "Alert")


def digest(letters: Sequence[Letter]) -> Wording:
    """A message about several alerts: `letters` has the newest of each."""
    going = [one for one in letters if not is_over(one)]
    title = _title(letters, going)
    return Wording(
        title=title,
        story=title,
        lead=tuple(_agreed(letters, lambda one: one.summary)),
        facts=tuple(_facts(going)),
        advice=_advice(going),
        runbook=next(_agreed(going, lambda one: one.runbook), None),
        tables=(_table(sorted(letters, key=_rank)),),
    )


def tone_of(letters: Sequence[Letter]) -> Tone:
    """What all of them come to: the gravest that nobody looks after yet, while any goes on."""
    if not letters:
        return Tone.TEST
    going = [one for one in letters if not is_over(one)]
    if not going:
        resolved = any(one.event.change is Change.RESOLVED for one in letters)
        return Tone.RESOLVED if resolved else Tone.WITHDRAWN
    gravest = min(going, key=lambda one: (_is_acknowledged(one), GRAVITY[one.severity]))
    return Tone.ACKNOWLEDGED if _is_acknowledged(gravest) else Tone(gravest.severity.value)


def _title(letters: Sequence[Letter], going: Sequence[Letter]) -> str:
    if not going:
        return _of_rules(letters, "over")
    if len(going) < len(letters):
        go = "goes" if len(going) == 1 else "go"
        many, rules = f"{len(going):,} of {_many(letters)}", _rules(letters)
        if len(rules) == 1:
            return f"{many} of {one_line(rules.pop())} still {go} on"
        return f"{many} still {go} on: {_counted(going)}"
    first = letters[0].event.change
    change = first if all(one.event.change is first for one in letters) else Change.OPENED
    return _going_on(change, letters)


def _going_on(change: Change, letters: Sequence[Letter]) -> str:
    match change:
        case Change.ACKNOWLEDGED:
            who = next(_agreed(letters, lambda one: one.by), "Somebody")
            return f"{who} looks after {_of_rules(letters)}"
        case Change.WORSENED:
            return _of_rules(letters, "worse")
        case Change.REMINDED:
            return f"Still, and nobody acknowledged: {_of_rules(letters)}"
        case Change.ESCALATED:
            return f"Nobody acknowledged {_of_rules(letters)}"
        case _:
            return _of_rules(letters)


def _of_rules(letters: Sequence[Letter], what: str = "") -> str:
    """How many of which rules there are, and what they all are.

    "37 alerts are over: voice-spike 30, low-credits 7", or "37 alerts of voice-spike are over".
    """
    are = f" {'is' if len(letters) == 1 else 'are'} {what}" if what else ""
    rules = _rules(letters)
    if len(rules) == 1:
        return f"{_many(letters)} of {one_line(rules.pop())}{are}"
    return f"{_many(letters)}{are}: {_counted(letters)}"


def _rules(letters: Sequence[Letter]) -> set[str]:
    return {letter.event.alert.rule for letter in letters}


def _many(letters: Sequence[Letter]) -> str:
    return count(len(letters), "alert")


def _counted(letters: Sequence[Letter]) -> str:
    """How many of each rule, the most first."""
    counts = Counter(letter.event.alert.rule for letter in letters).most_common()
    named = [f"{one_line(rule)} {many:,}" for rule, many in counts[:RULES]]
    if rest := counts[RULES:]:
        rules = "another rule" if len(rest) == 1 else f"{len(rest):,} other rules"
        named.append(f"{rules} {sum(many for _, many in rest):,}")
    return ", ".join(named)


def _facts(going: Sequence[Letter]) -> Iterator[Fact]:
    if not going:
        return
    grave = Counter(one.severity for one in going)
    said = [f"{grave[each]:,} {each.value}" for each in GRAVITY if grave[each]]
    yield Fact("Severity", ", ".join(said))
    if kept := sum(map(_is_acknowledged, going)):
        yield Fact("Acknowledged", f"{kept:,} of {len(going):,}")
    yield Fact("Since", moment(min(one.event.alert.since for one in going)))


def _advice(going: Sequence[Letter]) -> str:
    if not going:
        return "Nothing. All of them are closed."
    first = min(going, key=_rank).alert
    return f"Begin with alert {first}; run {LIST} to list them all."


def _table(ranked: Sequence[Letter]) -> Table:
    shown, rest = ranked[:ROWS], ranked[ROWS:]
    newest = max(one.owed_at for one in ranked)
    # Where all began together, and go on, that is said once above them.
    together = len({one.event.alert.since for one in ranked}) == 1 and not is_over(ranked[0])
    head = tuple(one for one in HEAD if not together or one != SINCE)
    return Table(
        title="",
        head=head,
        rows=tuple(_row(one, None if together else newest) for one in shown),
        numbers=(len(head) - 1,),
        more=_more(ranked, rest) if rest else None,
    )


def _more(ranked: Sequence[Letter], rest: Sequence[Letter]) -> str:
    """What is not shown: of which rules, where the title does not say so, and how much is over."""
    rules = f": {_counted(rest)}" if len(_rules(ranked)) > 1 else ""
    over = sum(map(is_over, rest))
    ended = f", {'all' if over == len(rest) else f'{over:,}'} of them over" if over else ""
    return f"and {len(rest):,} more{rules}{ended}"


def _row(letter: Letter, newest: datetime | None) -> tuple[str, ...]:
    condition = CONDITIONS.get(letter.event.alert.rule)
    row = row_of_usage(letter) if condition is None else row_of_a_source(letter, condition)
    since = [] if newest is None else [_since(letter.event.alert.since, newest)]
    return *row, *since, _state(letter), str(letter.alert)


def _since(since: datetime, newest: datetime) -> str:
    day = "%H:%M" if since.date() == newest.date() else f"{since.day} %b %H:%M"
    return f"{since:{day}}"


def _state(letter: Letter) -> str:
    match letter.event.change:
        case Change.RESOLVED:
            return f"over{lasted(letter)}"
        case Change.WITHDRAWN:
            return "withdrawn"
        case Change.ACKNOWLEDGED:
            return f"with {one_line(letter.by)}" if letter.by else "acknowledged"
        case Change.WORSENED:
            return f"{letter.severity.value}, worse"
        case _:
            return letter.severity.value


def _rank(letter: Letter) -> tuple[bool, bool, int, float, datetime, int]:
    """The worst first; what somebody looks after below what nobody does, and what is over last."""
    alert = letter.event.alert
    grave = GRAVITY[letter.severity]
    kept = _is_acknowledged(letter)
    return is_over(letter), kept, grave, -alert.worst.score, alert.since, letter.alert


def _is_acknowledged(letter: Letter) -> bool:
    return letter.event.change is Change.ACKNOWLEDGED


def _agreed(letters: Sequence[Letter], what: Callable[[Letter], str | None]) -> Iterator[str]:
    """What all of them say alike, if they do."""
    said = {what(one) for one in letters}
    if len(said) == 1 and (one := said.pop()):
        yield one_line(one)
