"""What was tried, as a table for people, with what to write to have what is suggested."""

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.plan.report import when, who
from daemon.plan.settings import kind_of, spell
from daemon.plan.told import Told
from daemon.text import clip
from daemon.tune.trial import LEAST, WEEK, Trial, Tuning
from rules.rule import Rule
from rules.words import count, number, span

NOW, TAKE = "now", "suggested"
_SHOWN = 3
_REASON = 72


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    suggested: bool = False


def untuned(rule: Rule) -> Line:
    """Of a rule whose kind has nothing that is turned."""
    return Line(f"{rule.name} ({kind_of(rule)}): nothing to tune")


def as_lines(tuning: Tuning, per_week: float) -> Iterator[Line]:
    """One dial: the table, what it comes to, and the lines to paste."""
    yield Line(_head(tuning))
    yield Line("")
    yield from _table(tuning)
    yield Line("")
    yield from (Line(text) for text in _verdict(tuning, per_week))
    if tuning.suggested is not None and not tuning.suggested.present:
        yield from _exchanged(tuning)
        yield Line("")
        yield from (Line(text) for text in _snippet(tuning, tuning.suggested))


def _head(tuning: Tuning) -> str:
    rule, judged = tuning.rule, tuning.judged
    held = f"{judged.series:,} series" if judged.series != 1 else "1 series"
    of = rule.source if rule.metric is None else f"{rule.metric} of {rule.source}"
    return (
        f"{rule.name} ({kind_of(rule)}): {tuning.dial.setting}, "
        f"over {span(judged.judged)} of {held} of {of}"
    )


def _table(tuning: Tuning) -> Iterator[Line]:
    head = ("", tuning.dial.setting, "alerts", "a week", "series", "the smallest that is told")
    rows = [head, *(_cells(trial, tuning) for trial in tuning.trials)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marked = (False, *(trial is tuning.suggested for trial in tuning.trials))
    for row, take in zip(rows, marked, strict=True):
        mark, *numbers, told = (cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        cells = [mark.strip().ljust(widths[0]), *numbers, told.strip()]
        yield Line("  ".join(cells).rstrip(), take)


def _cells(trial: Trial, tuning: Tuning) -> tuple[str, ...]:
    marks = [NOW] * trial.present + [TAKE] * (trial is tuning.suggested)
    weeks = tuning.judged.judged / WEEK
    smallest = trial.smallest
    return (
        ", ".join(marks),
        spell(trial.value),
        f"{len(trial.alerts):,}",
        number(len(trial.alerts) / weeks, 2) if weeks else "-",
        f"{trial.series:,}",
        "-" if smallest is None else _said(smallest),
    )


def _said(told: Told) -> str:
    named = f"{who(told)}  " if told.series.labels else ""
    return f"{when(told.opened_at)}  {named}{clip(told.worst.why.reason, _REASON)}"


def _verdict(tuning: Tuning, per_week: float) -> Iterator[str]:
    judged, setting = tuning.judged, tuning.dial.setting
    asked = f"{count_of(per_week)} a week"
    if judged.judged < LEAST:
        yield (
            f"Too little to suggest anything: {span(judged.judged)} could be judged, and it takes "
            f"{span(LEAST)}. {span(judged.held)} are held."
        )
    elif tuning.suggested is None:
        yield (
            f"Whatever was tried tells more than {asked}. Look at which series it is: leave "
            "some out with `where`, sum them with `by`, or say `for` how long it must last."
        )
    elif tuning.suggested.present:
        yield f"What is set is good: the most sensitive with at most {asked}."
    else:
        yield (
            f"{setting}: {spell(tuning.suggested.value)} is the most sensitive with at most "
            f"{asked}{_in_the_middle(tuning, tuning.suggested)}."
        )


def _in_the_middle(tuning: Tuning, take: Trial) -> str:
    alike = [one for one in tuning.trials if len(one.alerts) == len(take.alerts)]
    if len(alike) == 1:
        return ""
    first, last = spell(alike[0].value), spell(alike[-1].value)
    return f", and in the middle of those from {first} to {last}, which tell as many"


def _exchanged(tuning: Tuning) -> Iterator[Line]:
    """What a person gives for it, the largest first."""
    lost, won = tuning.lost(), tuning.won()
    for found, words in ((lost, "is told now and would not be"), (won, "would be told as well")):
        if found:
            first = f"; the largest of {len(found):,}" if len(found) > 1 else ""
            yield Line(f"What {words}{first}:")
            yield from (Line(f"  {_said(one.told)}") for one in found[:_SHOWN])


def _snippet(tuning: Tuning, take: Trial) -> Iterator[str]:
    """As it stands in the configuration."""
    yield "To take it:"
    yield ""
    yield "rules:"
    yield f"  {tuning.rule.name}:"
    yield f"    {tuning.dial.setting}: {spell(take.value)}"
    recover = getattr(take.rule.kind, "recover", None)
    if recover is not None:
        yield f"    recover: {spell(recover)}"


def count_of(per_week: float) -> str:
    return count(int(per_week), "alert") if per_week == int(per_week) else f"{per_week:g} alerts"
