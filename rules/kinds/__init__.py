"""The shelf of kinds: one line each."""

from collections.abc import Mapping

from rules.kind import Kind
from rules.kinds.budget import Budget
from rules.kinds.drop import Drop
from rules.kinds.mix import Mix
from rules.kinds.newcomer import Newcomer
from rules.kinds.runway import Runway
from rules.kinds.shift import Shift
from rules.kinds.silence import Silence
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold

KINDS: Mapping[str, type[Kind]] = {
    "budget": Budget,
    "drop": Drop,
    "mix": Mix,
    "newcomer": Newcomer,
    "runway": Runway,
    "shift": Shift,
    "silence": Silence,
    "spike": Spike,
    "threshold": Threshold,
}
