"""The JSON Schema of the whole configuration, for editors."""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from daemon.config.durations import spell_duration
from daemon.config.models import Shelves, grammar
from daemon.config.rates import spell_rate
from rules.rate import Rate


class _Schema(GenerateJsonSchema):
    """Defaults as they would be written: a span of time is 5m, not PT5M."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, Rate):
            return spell_rate(dft)
        return spell_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # a title that repeats the key tells nobody anything


def schema_of(shelves: Shelves) -> str:
    """The text of config.schema.json."""
    root = grammar(shelves).root
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root.model_json_schema(schema_generator=_Schema),
        "patternProperties": {"^x-": {"description": "A place for anchors. It is not read."}},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
