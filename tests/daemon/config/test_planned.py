"""What is planned, as a configuration says it."""

import json
import re
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

from daemon.config import schema
from daemon.config.blocks import OCCASION
from daemon.config.document import read_document
from daemon.config.models import grammar
from daemon.planned import WHENS
from daemon.planned.occasion import Occasion
from daemon.planned.once import Once
from daemon.planned.public import PublicHolidays
from daemon.planned.weekly import Weekly
from tests.daemon.config.plugins import HELD, SHELVES, Held, complaints, read

SOURCE = "sources:\n  voices: {type: tts, key: '${env:KEY}'}\n"
GOOD = """\
planned:
  launch: {from: 2026-11-24T08:00, until: 2026-11-26, source: voices, where: {voice: [a*, b]}}
  load-test: {every: "tue,thu 02:00-04:00", zone: Europe/Berlin}
  nights: {every: [mon 01:00-02:00, sat], where: {voice: agatha}}
  holidays: {country: DE, region: BY, only: Neujahr, language: de, zone: +01:00}
"""


def told(block: str) -> list[str]:
    """The complaints about one block, from the column on."""
    lines = complaints(f"{SOURCE}planned:\n  a: {block}\n")
    assert all(line.startswith("c.yaml:4:") for line in lines)
    return [line.removeprefix("c.yaml:4:") for line in lines]


def test_there_are_three_ways_to_say_when() -> None:
    assert read(SOURCE + GOOD).planned == (
        Occasion(
            "launch", Once("2026-11-24T08:00", "2026-11-26"), "voices", {"voice": ("a*", "b")}
        ),
        Occasion("load-test", Weekly(("tue,thu 02:00-04:00",), "Europe/Berlin")),
        Occasion("nights", Weekly(("mon 01:00-02:00", "sat")), None, {"voice": ("agatha",)}),
        Occasion("holidays", PublicHolidays("DE", "BY", ("Neujahr",), "de", "+01:00")),
    )


def test_nothing_need_be_planned() -> None:
    assert read(SOURCE).planned == ()


def test_an_editor_accepts_what_we_accept_and_no_other() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema()))
    section = read_document(GOOD, Held()).at(("planned",))
    source = {"type": "supertone.credits", "key": "${env:KEY}"}

    def errors(planned: object) -> int:
        return len([*validator.iter_errors({"sources": {"voices": source}, "planned": planned})])

    assert errors(section) == 0
    assert errors({"a": {"until": "2026-11-24"}}) > 0
    assert errors({"a": {"every": "sat", "country": "DE"}}) > 0


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("{from: soon, until: 2026-11-25}", ["13: planned.a.from: expected a day such as"]),
        ("{from: 2026-11-25, until: 2026-11-24}", ["32: planned.a.until: expected later than"]),
        ("{from: 2026-11-24}", ["3: planned.a: missing key 'until'"]),
        (
            "{from: 2026-11-24, untl: 2026-11-25}",
            [
                "3: planned.a: missing key 'until'",
                "25: planned.a.untl: unknown key 'untl'; did you",
            ],
        ),
        ("{from: 3, until: 2026-11-25}", ["13: planned.a.from: expected text, got 3"]),
        ("{every: sat, zone: Berlin}", ["25: planned.a.zone: expected a zone such as"]),
        ("{every: tuesday}", ["14: planned.a.every: expected days and hours such as"]),
        ("{every: []}", ["14: planned.a.every: expected at least one window"]),
        ("{every: sat, country: DE}", ["19: planned.a.country: unknown key 'country'"]),
        (
            "{every: sat, source: voicse}",
            ["27: planned.a.source: no such source 'voicse'; did you"],
        ),
        ("{every: sat, where: {voice: 3}}", ["34: planned.a.where.voice: expected text, got 3"]),
        ("{country: Germany}", ["16: planned.a.country: expected the two letters of a country"]),
        ("{country: DE, region: by}", ["28: planned.a.region: DE has no region 'by'"]),
        ("{country: DE, only: Neujar}", ["26: planned.a.only: no such holiday 'Neujar'; did you"]),
        ("{country: DE, language: fr}", ["30: planned.a.language: the holidays of DE have no"]),
        (
            "{until: 2026-11-25}",
            ["3: planned.a: missing key 'country', 'every' or 'from', which says when"],
        ),
        ("{contry: DE}", ["3: planned.a: missing key 'country', 'every' or 'from', which says"]),
        ("3", ["6: planned.a: expected a block of keys, got 3"]),
        ("[sat]", ["6: planned.a: expected a block of keys, got a list"]),
    ],
)
def test_what_cannot_be_meant_is_complained_of_where_it_stands(
    block: str, lines: list[str]
) -> None:
    found = told(block)

    assert len(found) == len(lines)
    assert all(line.startswith(wanted) for line, wanted in zip(found, lines, strict=True))


def test_a_way_that_is_nearly_right_is_named() -> None:
    (line,) = told("{contry: DE}")

    assert line.endswith("; did you mean 'country'?")


def test_what_a_reference_holds_is_not_repeated() -> None:
    (line,) = told("{country: '${env:X}'}")

    assert HELD not in line
    assert "got '***'" in line


def test_a_value_that_was_complained_of_is_not_complained_of_again() -> None:
    (line,) = told("{every: '${env:MISSING}'}")

    assert "MISSING" in line
    (line,) = told("${env:MISSING}")
    assert "MISSING" in line


def test_a_section_of_another_shape_is_no_section() -> None:
    (line,) = complaints(f"{SOURCE}planned: 3\n")

    assert line == "c.yaml:3:10: planned: expected a block of keys, got 3"


def test_every_key_there_is_is_described_and_shared_where_it_is_the_same() -> None:
    assert {each.name for each in fields(Occasion)} == {"name", "when", *OCCASION}
    for word, block in grammar(SHELVES).planned.items():
        said = {each.alias or name: each.description for name, each in block.model_fields.items()}
        assert word in said
        assert all(said.values())
        assert {"source", "where", "zone"} <= said.keys()


def test_no_way_has_the_key_by_which_another_is_known() -> None:
    keys = {word: {each.name.rstrip("_") for each in fields(cls)} for word, cls in WHENS.items()}

    assert [(word, other) for word in keys for other in keys if other in keys[word]] == [
        (word, word) for word in keys
    ]


def test_the_example_shows_every_key() -> None:
    text = (Path(__file__).parents[3] / "config.example.yaml").read_text("utf-8")
    section = re.split(r"\n(?=\S)", text.partition("\nplanned:\n")[2])[0]
    shown = set(re.findall(r"^ +(?:# )?(\w+):", section, re.MULTILINE))
    wanted = {field.name.rstrip("_") for cls in WHENS.values() for field in fields(cls)}

    assert {*wanted, *OCCASION} - shown == set()
