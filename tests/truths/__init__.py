"""What is true, beside what was told: one world for each source, in which things go wrong."""

from collections.abc import Callable, Mapping
from functools import partial

from daemon.sources.segment import SegmentSourceCalls, SegmentWorkspaceCalls
from tests.truths.fastly import Fastly
from tests.truths.http_json import (
    BY_DAY,
    CURSOR,
    OFFSET,
    HttpJsonEvents,
    HttpJsonHours,
    HttpJsonTotals,
)
from tests.truths.killbill import KillBill
from tests.truths.prometheus import Revised
from tests.truths.segment import Segment
from tests.truths.supertone import Credits, Supertone
from tests.truths.truth import Truth

__all__ = ["STEADY", "WORLDS", "Fastly", "Truth"]

WORLDS: Mapping[str, Callable[[], Truth]] = {
    "supertone.usage": Supertone,
    "supertone.voice_usage": partial(Supertone, days=True),
    "supertone.credits": Credits,
    "segment.source_calls": partial(Segment, SegmentSourceCalls, 40),
    "segment.workspace_calls": partial(Segment, SegmentWorkspaceCalls, 11),
    "killbill.usage": KillBill,
    "http_json, cursor": partial(HttpJsonHours, CURSOR),
    "http_json, offset": partial(HttpJsonEvents, OFFSET),
    "http_json, totals": partial(HttpJsonTotals, BY_DAY),
    "prometheus": Revised,
    "fastly.usage_metrics, hours": partial(Fastly, "account"),
    "fastly.usage_metrics, days": partial(Fastly, "account", "day"),
    "fastly.service_usage": partial(Fastly, "service"),
}

STEADY: Mapping[str, Callable[[], Fastly]] = {
    "fastly.usage_metrics": partial(Fastly, "account", restates=False),
    "fastly.service_usage": partial(Fastly, "service", restates=False),
}
"""Totals that are never set right, so that what they grew by is what was used."""
