import json
import re
from typing import Any

import pytest

from daemon.config.durations import PATTERN, parse_duration
from daemon.config.schema import schema_of
from tests.daemon.config.plugins import SHELVES

SCHEMA: dict[str, Any] = json.loads(schema_of(SHELVES))


def block(title: str) -> dict[str, Any]:
    (found,) = (each for each in SCHEMA["$defs"].values() if each.get("title") == title)
    return dict(found)


def test_the_schema_names_every_section_and_lets_anchors_be() -> None:
    sections = {
        *("sources", "rules", "recorders", "destinations", "route", "inhibit", "planned"),
        *("reports", "store", "page", "log", "heartbeat"),
    }

    assert set(SCHEMA["properties"]) == sections
    assert SCHEMA["required"] == ["sources"]
    assert SCHEMA["additionalProperties"] is False
    assert "^x-" in SCHEMA["patternProperties"]


def test_every_plugin_has_its_block_chosen_by_its_word() -> None:
    titles = {each.get("title") for each in SCHEMA["$defs"].values()}

    assert titles >= {"tts", "tts.balance", "book", "console", "mail", "limit", "spike"}
    assert block("tts.balance")["properties"]["type"]["const"] == "tts.balance"
    assert block("limit")["properties"]["kind"]["const"] == "limit"
    assert block("limit")["additionalProperties"] is False


def test_only_what_has_no_default_is_required() -> None:
    assert set(block("tts")["required"]) == {"type", "key"}
    assert set(block("limit")["required"]) == {"kind", "source", "above"}
    assert set(block("book")["required"]) == {"type", "source", "password", "unit"}


def test_the_only_plugin_of_a_section_is_chosen_by_its_word_too() -> None:
    recorders = next(iter(SCHEMA["properties"]["recorders"]["patternProperties"].values()))

    assert recorders["discriminator"]["propertyName"] == "type"
    assert list(recorders["discriminator"]["mapping"]) == ["book"]


def test_durations_are_text_in_pattern_and_default() -> None:
    every = block("tts")["properties"]["every"]

    assert (every["type"], every["default"]) == ("string", "5m")
    assert block("spike")["properties"]["once_in"]["default"] == "14d"
    assert block("limit")["properties"]["for"]["default"] == "0s"


@pytest.mark.parametrize("text", ["30s", "1h30m", "8w", "", "5", "5 m", "m"])
def test_the_pattern_of_durations_agrees_with_the_reader(text: str) -> None:
    assert bool(re.search(PATTERN, text)) == (parse_duration(text) is not None)


def test_a_secret_is_a_reference() -> None:
    pattern = block("tts")["properties"]["key"]["pattern"]

    assert re.search(pattern, "${env:KEY}")
    assert re.search(pattern, "hunter2") is None


def test_a_list_of_one_may_be_written_without_brackets() -> None:
    either = block("mail")["properties"]["to"]["anyOf"]

    assert [each["type"] for each in either] == ["string", "array"]


def test_the_page_may_be_null_and_its_address_is_text() -> None:
    assert {"type": "null"} in SCHEMA["properties"]["page"]["anyOf"]
    (page,) = (each for each in SCHEMA["$defs"].values() if "listen" in each.get("properties", {}))

    assert page["properties"]["listen"]["default"] == "127.0.0.1:8321"


def test_the_sentence_under_a_field_is_its_description() -> None:
    assert block("tts")["properties"]["key"]["description"] == "The API key."
    assert block("tts")["description"] == "Speech by the hour."


def test_the_schema_is_the_same_every_time() -> None:
    assert schema_of(SHELVES) == schema_of(SHELVES)
