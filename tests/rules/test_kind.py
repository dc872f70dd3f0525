"""The shelf of kinds fits the protocol."""

from rules.kinds import KINDS
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold


def test_the_shelf_holds_every_kind_by_the_name_it_has_in_yaml():
    assert {"spike": Spike, "threshold": Threshold} == KINDS
