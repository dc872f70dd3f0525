"""What `docs/messages.md` shows of a life: an alert acknowledged, over, withdrawn, one of many."""

from dataclasses import replace

from daemon.wording import digest, wording
from rules.alert import Change
from rules.health import BLIND
from rules.rule import Severity
from rules.trace import Trace
from rules.verdict import Why
from tests.daemon.wording.told import low_credits, of_a_source, revised, spikes
from tests.make import AT, HOUR, alert, event, letter, verdict

_GONE = Why("The rule voice-spike is no longer in the configuration.", headline="rule removed")
_LATELY = Trace(
    start=AT - 3 * HOUR,
    width=HOUR,
    observed=(2.4, 3.3, None, 41.24, 12.0, 20.5, 38.0),
    expected=(3.2,) * 7,
    low=(0.8,) * 7,
    high=(5.6,) * 7,
    breached=(False, False, False, True, True, True, True),
    unit="minutes",
)
_BLIND = replace(of_a_source(BLIND, "voices: no whole answer within 30 s"), alert=90)
_SPENT = replace(low_credits(), alert=91, severity=Severity.CRITICAL)
_KEPT = replace(spikes(1, 92, Change.ACKNOWLEDGED)[0], by="Anna")

NEW = {
    "acknowledged": wording(letter(Change.ACKNOWLEDGED)),
    "reminded": wording(letter(Change.REMINDED, trace=_LATELY)),
    "escalated": wording(letter(Change.ESCALATED)),
    "fired": wording(letter(Change.RESOLVED, heard=False)),
    "removed": wording(
        letter(
            event=event(
                Change.RESOLVED, verdict=verdict(why=_GONE), alert=alert(calm_since=AT + HOUR)
            )
        )
    ),
    "withdrawn": wording(revised()),
    "digest": digest([*spikes(34), _BLIND, _SPENT, _KEPT]),
    "later": digest([_BLIND, _SPENT, _KEPT, *spikes(34, 101, Change.RESOLVED)]),
}
