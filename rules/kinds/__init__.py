"""The shelf of kinds: one line each."""

from collections.abc import Mapping

from rules.kind import Kind
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold

KINDS: Mapping[str, type[Kind]] = {
    "spike": Spike,
    "threshold": Threshold,
}
