"""The shelf: every vendor that can be asked, by the name a configuration knows it by."""

from collections.abc import Mapping

from daemon.source import Source
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from daemon.sources.http_json import HttpJson
from daemon.sources.killbill import KillBillUsage
from daemon.sources.prometheus import Prometheus
from daemon.sources.segment import SegmentSourceCalls, SegmentWorkspaceCalls
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage

SOURCES: Mapping[str, type[Source]] = {
    "supertone.usage": SupertoneUsage,
    "supertone.voice_usage": SupertoneVoiceUsage,
    "supertone.credits": SupertoneCredits,
    "fastly.usage_metrics": FastlyUsageMetrics,
    "fastly.service_usage": FastlyServiceUsage,
    "segment.source_calls": SegmentSourceCalls,
    "segment.workspace_calls": SegmentWorkspaceCalls,
    "killbill.usage": KillBillUsage,
    "http_json": HttpJson,
    "prometheus": Prometheus,
}
