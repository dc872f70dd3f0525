"""The shelf of recorders: a line for each."""

from collections.abc import Mapping

from daemon.recorder import Recorder
from daemon.sources.killbill.recorder import KillBillRecorder

RECORDERS: Mapping[str, type[Recorder]] = {
    "killbill": KillBillRecorder,
}
