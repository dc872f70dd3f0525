"""A tuning is a table, a sentence and the lines to paste."""

from dataclasses import dataclass

import numpy as np

from daemon.replay import Span
from daemon.tune.report import as_lines, untuned
from daemon.tune.trial import Past, tune
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rate import MONTHLY, Rate
from rules.rule import Rule
from rules.verdict import Verdicts
from tests.daemon.plan.past import past


@dataclass(frozen=True, slots=True)
class Low:
    """A kind whose every setting tells the same."""

    false_alarms: Rate = MONTHLY

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        return Threshold(above=10).judge(panel, rows)


RULE = Rule("busy", "voices", Threshold(above=10, recover=5))
HEAPS = [20.0] * 16 + [3000.0] * 4


def lines(*heights: float, rule: Rule = RULE, per_week: float = 1, days: int = 28) -> list[str]:
    values = np.ones(days * 24)
    values[np.arange(len(heights)) * 24 + 5] = heights
    tunings = tune(rule, Past([past(values.tolist())], Span()), per_week, lambda *_: None)
    return [line.text for tuning in tunings for line in as_lines(tuning, per_week)]


def test_a_row_is_a_value_with_its_price_and_the_smallest_it_tells() -> None:
    head, _, columns, *rows = lines(*HEAPS)

    assert head == "busy (threshold): above, over 28 days of 1 series of voices"
    assert columns.endswith("above  alerts  a week  series  the smallest that is told")
    [now] = [row for row in rows if row.startswith("now")]
    [take] = [row for row in rows if row.startswith("suggested")]
    told = "2026-11-20 17:00  voice_id=a  20 minutes, above the limit of 10 minutes"
    assert now.split("  ")[-2:] == told.split("  ")[-2:]
    assert now.split()[:5] == ["now", "10", "20", "5", "1"]
    assert take.split()[2:5] == ["4", "1", "1"]


def test_numbers_stand_under_each_other() -> None:
    _, _, columns, *rows = lines(*HEAPS)
    ends = {row.index(" 2026-") for row in rows if row.startswith(("now", "suggested"))}

    assert len(ends) == 1
    assert columns.index("the smallest") == ends.pop() + 1


def test_what_it_costs_stands_before_the_lines_to_paste() -> None:
    told = lines(*HEAPS)
    costs = told.index("What is told now and would not be; the largest of 16:")

    assert told[costs + 1].startswith("  2026-")
    assert sum(line.startswith("  2026-") for line in told) == 3
    assert told[costs - 1] == (
        "above: 200 is the most sensitive with at most 1 alert a week, and in the middle of those "
        "from 20 to 2000, which tell as many."
    )
    assert told[-6:] == [
        "To take it:",
        "",
        "rules:",
        "  busy:",
        "    above: 200",
        "    recover: 100",
    ]


def test_the_suggested_row_alone_is_marked() -> None:
    values = np.ones(28 * 24)
    values[5::24][:20] = HEAPS
    [tuning] = tune(RULE, Past([past(values.tolist())], Span()), 1, lambda *_: None)

    assert [line.text.split()[0] for line in as_lines(tuning, 1) if line.suggested] == ["suggested"]


def test_what_would_be_told_as_well_is_shown() -> None:
    told = lines(20, rule=Rule("busy", "voices", Threshold(above=5000)))

    assert "What would be told as well:" in told


def test_a_setting_that_is_good_is_left_alone() -> None:
    told = lines(20, 20)

    assert told[-1] == "What is set is good: the most sensitive with at most 1 alert a week."
    assert any(line.startswith("now, suggested") for line in told)


def test_where_everything_tells_too_much_it_is_said_what_else_there_is() -> None:
    told = lines(*[20.0] * 20, per_week=0.1, rule=Rule("low", "voices", Low()))

    assert told[-1].startswith("Whatever was tried tells more than 0.1 alerts a week.")


def test_too_little_past_says_how_much_there_is_and_how_much_it_takes() -> None:
    told = lines(20, days=10)

    assert told[-1] == (
        "Too little to suggest anything: 10 days could be judged, and it takes 14 days. "
        "10 days are held."
    )


def test_a_rule_without_a_setting_to_turn_is_said_so() -> None:
    assert untuned(RULE).text == "busy (threshold): nothing to tune"
