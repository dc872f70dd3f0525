"""Reports are written in the configuration, and every mistake in one is told with its line."""

from dataclasses import replace

import pytest

from daemon.config import ConfigError, parse
from daemon.config.checks import unpriced
from daemon.config.document import read_document
from daemon.config.placeholders import Placeholders
from daemon.report.asked import Asked, Report

HEAD = """\
sources:
  voices: {type: supertone.usage, key: "${env:KEY}"}
  credits: {type: supertone.credits, key: "${env:KEY}"}
destinations:
  team: {type: console}
  boss: {type: console}
reports:
"""


def complaints(block: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse(HEAD + block, "m.yaml", Placeholders({}))
    return list(refused.value.complaints)


def test_a_report_is_read_and_told_to_everyone_unless_it_says_whom() -> None:
    config = parse(
        HEAD
        + """\
  weekly: {per: week}
  monthly:
    per: month
    when: 0 9 2 * *
    zone: Europe/Berlin
    sources: voices
    by: voice_id
    prices: {voices: 0.02 USD, voices/minutes: 0.03 USD}
    cost_centres:
      radio: {voice_id: [a, "b*"], source: voices}
    tell: boss
""",
        "m.yaml",
        Placeholders({}),
    )

    assert config.reports == (
        Report("weekly", Asked("week"), ("team", "boss")),
        Report(
            "monthly",
            Asked(
                "month",
                "0 9 2 * *",
                "Europe/Berlin",
                ("voices",),
                ("voice_id",),
                {"voices": "0.02 USD", "voices/minutes": "0.03 USD"},
                {"radio": {"voice_id": ("a", "b*"), "source": ("voices",)}},
            ),
            ("boss",),
        ),
    )
    assert parse(HEAD.removesuffix("reports:\n"), "m.yaml", Placeholders({})).reports == ()


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("  weekly: {}\n", "m.yaml:8:3: reports.weekly: missing key 'per'"),
        (
            "  weekly: {per: weak}\n",
            (
                "m.yaml:8:17: reports.weekly.per: expected 'week' or 'month', got 'weak'; "
                "did you mean 'week'?"
            ),
        ),
        (
            "  weekly: {per: week, whem: mon 08:00}\n",
            "m.yaml:8:23: reports.weekly.whem: unknown key 'whem'; did you mean 'when'?",
        ),
        (
            "  weekly: {per: week, tell: bos}\n",
            "m.yaml:8:29: reports.weekly.tell: no such destination 'bos'; did you mean 'boss'?",
        ),
        (
            "  weekly: {per: week, sources: [voices, vices]}\n",
            "m.yaml:8:41: reports.weekly.sources.1: no such source 'vices'; did you mean 'voices'?",
        ),
        (
            "  weekly: {per: week, prices: {voices: 2 cents each of them}}\n",
            (
                "m.yaml:8:31: reports.weekly.prices: expected what one unit costs, such as "
                "0.02 USD, got '2 cents each of them'"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(block: str, complaint: str) -> None:
    assert complaints(block) == [complaint]


def test_a_zone_or_a_time_that_is_none_is_told_at_its_key() -> None:
    [zone] = complaints("  weekly: {per: week, zone: Berlin}\n")
    [when] = complaints("  weekly: {per: week, when: sometimes}\n")

    assert zone.startswith("m.yaml:8:29: reports.weekly.zone: expected a zone such as Europe/Be")
    assert when.startswith("m.yaml:8:29: reports.weekly.when: expected a day and a time such as")


def test_a_price_of_what_is_not_counted_is_told_with_its_place() -> None:
    text = HEAD + "  weekly: {per: week, prices: {voise: 1 USD, credits: 1 USD, voices: 1 USD}}\n"
    none = Placeholders({})
    document = read_document(text, none)
    config = parse(text.replace("voise: 1 USD, credits: 1 USD, ", ""), "m.yaml", none)
    [report] = config.reports
    asked = replace(report.asked, prices=dict.fromkeys(("voise", "credits", "voices"), "1 USD"))
    found = [
        each.line("m.yaml")
        for each in unpriced(document, replace(config, reports=(replace(report, asked=asked),)))
    ]

    none_such = "no source or source/metric"

    assert [one.partition("; ")[0] for one in found] == [
        f"m.yaml:8:{at}: reports.weekly.prices.{name}: {none_such} '{name}' that counts amounts"
        for at, name in ((32, "voise"), (46, "credits"))
    ]
