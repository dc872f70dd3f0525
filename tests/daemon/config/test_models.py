from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import pytest

from daemon.config import SHELVES as REAL
from daemon.config.blocks import FEED, LEDGER, POLICY, RULE
from daemon.config.models import Shelves, grammar
from daemon.recorder import Ledger
from daemon.source import Feed
from rules.alert import Policy
from rules.rule import Rule
from tests.daemon.config.plugins import SHELVES, Balance, Limit, Spike, Tts


def defaults(section: str, word: str, shelves: Shelves = SHELVES) -> Mapping[str, object]:
    model = grammar(shelves).blocks[section][word]
    return {
        field.alias or name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }


def test_a_block_has_the_shared_keys_and_the_plugins_own_with_their_defaults() -> None:
    assert defaults("sources", "tts.balance") == {
        "every": timedelta(minutes=5),
        "history": timedelta(days=60),
        "grace": timedelta(minutes=30),
        "revises": timedelta(0),
        "settles": timedelta(0),
        "calls_a_minute": 20,
        "max_series": 10_000,
        "check_units": True,
        "optional": False,
    }


def test_a_trailing_underscore_is_dropped() -> None:
    assert defaults("rules", "spike")["for"] == timedelta(0)


def test_every_field_of_a_feed_a_rule_and_a_ledger_has_its_key() -> None:
    given_otherwise = {"name", "source", "lacks"}
    assert {each.name for each in fields(Feed)} - given_otherwise == set(FEED)

    given_otherwise = {"name", "kind", "policy"}
    assert {each.name for each in fields(Rule)} - given_otherwise == set(RULE)
    assert {each.name for each in fields(Policy)} == set(POLICY)

    given_otherwise = {"name", "recorder"}
    assert {each.name for each in fields(Ledger)} - given_otherwise == set(LEDGER)


def test_a_plugin_may_not_take_a_key_that_all_have() -> None:
    @dataclass(frozen=True)
    class Greedy(Limit):
        tell: str = "me"

    with pytest.raises(TypeError, match="Greedy: tell is a key that all of them have"):
        grammar(replace(SHELVES, kinds={"greedy": Greedy, "spike": Spike}))


def test_a_plugin_with_a_field_that_cannot_be_written_is_found_at_once() -> None:
    @dataclass(frozen=True)
    class Odd(Limit):
        odd: bytes = b""

    with pytest.raises(TypeError, match="no spelling for"):
        grammar(replace(SHELVES, kinds={"odd": Odd, "spike": Spike}))


def test_the_models_are_made_once_for_a_set_of_shelves() -> None:
    assert grammar(SHELVES) is grammar(SHELVES)
    assert grammar(SHELVES) is not grammar(replace(SHELVES, sources={"a": Tts, "b": Balance}))


@pytest.mark.parametrize("section", ["sources", "rules", "recorders", "destinations"])
def test_every_key_of_every_real_block_is_described(section: str) -> None:
    silent = [
        f"{word}.{name}"
        for word, model in grammar(REAL).blocks[section].items()
        for name, field in model.model_fields.items()
        if not field.description
    ]

    assert silent == []
