"""The example shows every option there is, it loads, and its schema is current."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from daemon.config import SHELVES, Config, load, schema
from daemon.config.blocks import DESTINATION, FEED, LEDGER, POLICY, RULE
from daemon.config.models import SECTIONS, grammar
from daemon.config.placeholders import Placeholders
from daemon.config.syntax import Loader
from rules.route import every_route
from tests.test_house import options_shown

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.yaml"
WRITTEN: dict[str, Any] = Loader(EXAMPLE.read_text("utf-8")).get_single_data()


def config() -> Config:
    return load(EXAMPLE, Placeholders({}))


def keys(section: str, word: str) -> set[str]:
    """Every key that the example's blocks of a plugin show, those in comments included."""
    return options_shown(EXAMPLE.read_text("utf-8"), SECTIONS[section], word)


def own(section: str, word: str) -> Iterator[str]:
    shared = {*FEED, *RULE, *POLICY, *LEDGER, *DESTINATION}
    for name, field in grammar(SHELVES).blocks[section][word].model_fields.items():
        if name not in shared:
            yield field.alias or name


def test_it_loads_without_a_complaint() -> None:
    made = config()

    assert [feed.name for feed in made.feeds] == list(WRITTEN["sources"])
    assert {"voice-spike", "low-credits"} <= {rule.name for rule in made.rules}
    assert [place.name for place in made.destinations] == list(WRITTEN["destinations"])


@pytest.mark.parametrize(
    ("section", "word"), [(s, w) for s, words in grammar(SHELVES).blocks.items() for w in words]
)
def test_it_shows_every_option_of_every_plugin(section: str, word: str) -> None:
    assert set(own(section, word)) - keys(section, word) == set()


@pytest.mark.parametrize(
    ("section", "shared"),
    [
        ("sources", FEED),
        ("rules", (*RULE, *POLICY)),
        ("recorders", LEDGER),
        ("destinations", DESTINATION),
    ],
)
def test_it_shows_every_option_that_plugins_share(section: str, shared: tuple[str, ...]) -> None:
    shown = {key for block in WRITTEN[section].values() for key in block}

    assert {name.removesuffix("_") for name in shared} <= shown


def blocks(section: str) -> Sequence[dict[str, Any]]:
    """Every block of a section without plugins, as it is written."""
    route = WRITTEN["route"]
    routes = [route, *route["routes"]]
    written: dict[str, Sequence[dict[str, Any]]] = {
        "route": routes,
        "route.escalate": [each["escalate"] for each in routes if "escalate" in each],
        "route.quiet": [hours for each in routes for hours in each.get("quiet", ())],
        "inhibit": WRITTEN["inhibit"],
        "reports": list(WRITTEN["reports"].values()),
    }
    return written.get(section) or [WRITTEN[section]]


@pytest.mark.parametrize("section", grammar(SHELVES).settings)
def test_it_shows_every_setting(section: str) -> None:
    model = grammar(SHELVES).settings[section]
    shown = {key for block in blocks(section) for key in block}

    assert shown == {field.alias or name for name, field in model.model_fields.items()}


def told() -> Iterator[tuple[str, ...]]:
    """Whom each rule, recorder, route and report names."""
    made = config()
    yield from (one.tell or () for one in (*made.rules, *made.ledgers, *made.reports))
    for each in every_route(made.route):
        yield each.route.tell
        yield () if each.route.escalate is None else each.route.escalate.to


def test_each_alert_is_told_to_few_enough_to_follow() -> None:
    assert max(map(len, told())) <= 3
    assert {name for names in told() for name in names} == set(WRITTEN["destinations"])


def test_some_rules_leave_it_to_the_routes_who_is_told() -> None:
    assert any(rule.tell is None for rule in config().rules)


def test_its_first_line_tells_editors_where_the_schema_is() -> None:
    first = EXAMPLE.read_text("utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=./config.schema.json"


def test_the_schema_beside_it_is_current() -> None:
    written = (ROOT / "config.schema.json").read_text("utf-8")

    assert written == schema(), "write it anew: meterwatch schema > config.schema.json"


def test_the_schema_is_a_schema_that_takes_the_example() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))
    jsonschema.validate(WRITTEN, json.loads(schema()))


def test_every_option_is_explained_in_the_documentation() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    options = {key for section in SECTIONS for block in WRITTEN[section].values() for key in block}
    options |= {
        key for name in ("route", "inhibit", "reports") for one in blocks(name) for key in one
    }

    assert [option for option in sorted(options) if f"`{option}`" not in page] == []
