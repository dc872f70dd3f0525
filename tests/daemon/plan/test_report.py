"""A plan is understood at once by a person, and read whole by a machine."""

import json

from daemon.plan.compare import Mark, Side, compare, renames
from daemon.plan.report import Plan, as_json, as_lines
from rules.alert import Policy
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.daemon.plan.past import HOUR, past, told

QUIET = [1.0] * 30


def busy(above: float, *, name: str = "busy", calm: int = 0, wait: int = 0) -> Rule:
    policy = Policy(for_=wait * HOUR, resolve_after=calm * HOUR)
    return Rule(name, "voices", Threshold(above=above), policy=policy)


def plan(values: list[float], before: list[Rule], after: list[Rule]) -> Plan:
    panel = past(values)
    sides = [Side(rules, [t for r in rules for t in told(r, panel)]) for rules in (before, after)]
    return Plan(panel.start, panel.end, 1, compare(*sides), list(renames(*sides)))


def lines(made: Plan, most: int | None = None) -> list[str]:
    return [line.text for line in as_lines(made, most)]


def test_the_head_says_of_which_past_and_the_foot_what_it_comes_to() -> None:
    head, *_, foot = lines(plan([11, *QUIET, 40, 1], [busy(10)], [busy(20)]))

    assert head == "1 day 9 hours of 1 series, 2026-11-20 12:00 to 2026-11-21 21:00 UTC"
    assert foot == "In all 2 -> 1 alert: 1 removed, 0 added, 0 moved, 1 same."


def test_a_rule_is_a_tally_then_its_settings_then_its_alerts() -> None:
    _, _, *told, _, _ = lines(plan([11, *QUIET, 40, 1], [busy(10)], [busy(20)]))

    assert told == [
        "busy: 2 -> 1 alert (1 removed, 1 the same)",
        "    above: 10 -> 20",
        "  - 2026-11-20 12:00  voice_id=a  11 minutes, above the limit of 10 minutes",
    ]


def test_an_alert_that_moved_says_how() -> None:
    later = lines(plan([1, 11, 30, 1, 1], [busy(10)], [busy(20, calm=2)]))
    sooner = lines(plan([1, 11, 30, 1], [busy(20)], [busy(10)]))
    never = lines(plan([11, 1, 1], [busy(10)], [busy(10, calm=9)]))

    assert any(
        "~ 2026-11-20 14:00  voice_id=a  opens 1 hour later, ends 1 hour later: 30" in line
        for line in later
    )
    assert any("voice_id=a  opens 1 hour earlier: 11 minutes" in line for line in sooner)
    assert any("has not ended yet" in line for line in never)


def test_of_many_alerts_the_newest_are_shown_and_the_rest_counted() -> None:
    values = [11.0, *QUIET, 12, *QUIET, 13, *QUIET]
    made = plan(values, [busy(10)], [busy(20)])

    assert [line for line in lines(made, 1) if "minutes, above" in line or "more" in line] == [
        "  - 2026-11-23 02:00  voice_id=a  13 minutes, above the limit of 10 minutes",
        "    and 2 more removed; --all shows them",
    ]
    assert len([line for line in lines(made) if "minutes, above" in line]) == 3
    assert not [line for line in lines(made, 3) if "more" in line]


def test_rules_of_which_nothing_changes_share_a_line() -> None:
    told = lines(plan([11, 1], [busy(10), busy(9, name="b")], [busy(10), busy(9, name="b")]))

    assert told[2:] == ["Nothing changes for: busy (1), b (1)", "", "The same alerts as before: 2."]


def test_a_new_rule_and_one_that_is_gone_are_called_so_and_may_be_one() -> None:
    told = lines(plan([11, 1], [busy(10, name="old")], [busy(10, name="new")]))

    assert "new: a new rule, 1 alert" in told
    assert "old: gone, and 1 alert with it" in told
    assert any(
        line.startswith("old is gone and new is new, of the same kind and source. Renamed? 1 of")
        for line in told
    )


def test_a_setting_without_consequence_is_shown() -> None:
    assert "busy: 1 alert, as before" in lines(plan([11, 1], [busy(10)], [busy(9)]))


def test_a_key_of_another_kind_is_new_or_gone() -> None:
    other = Rule("busy", "voices", Threshold(below=2))
    told = lines(plan([11, 1], [busy(10)], [other]))

    assert "    above: 10 -> nothing" in told
    assert "    below: nothing -> 2" in told


def test_lines_of_alerts_carry_what_becomes_of_them() -> None:
    made = plan([11, *QUIET, 40, 1], [busy(10)], [busy(20)])

    assert [line.mark for line in as_lines(made, None) if line.mark] == [Mark.REMOVED]


def test_a_machine_gets_every_alert_that_differs() -> None:
    told = json.loads(as_json(plan([11, *QUIET, 40, 1], [busy(10)], [busy(20)])))
    [rule] = told["rules"]

    assert (told["differs"], told["start"]) == (True, "2026-11-20T12:00:00Z")
    assert (rule["before"], rule["after"], rule["removed"], rule["same"]) == (2, 1, 1, 1)
    assert rule["settings"] == {"above": ["10", "20"]}
    assert rule["alerts"] == [
        {
            "change": "removed",
            "series": {"voice_id": "a"},
            "before": {
                "opened_at": "2026-11-20T12:00:00Z",
                "ended_at": "2026-11-20T13:00:00Z",
                "step": 1,
                "observed": 11.0,
                "expected": 10.0,
                "reason": "11 minutes, above the limit of 10 minutes",
            },
            "after": None,
        }
    ]


def test_what_moved_stands_on_both_sides_for_a_machine() -> None:
    told = json.loads(as_json(plan([1, 11, 30], [busy(10)], [busy(20)])))
    [alert] = told["rules"][0]["alerts"]

    assert alert["change"] == "moved"
    assert alert["before"]["opened_at"] < alert["after"]["opened_at"]
    assert alert["after"]["ended_at"] is None
