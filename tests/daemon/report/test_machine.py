"""A report as one object, for machines."""

import json

from daemon.report.findings import Findings
from daemon.report.machine import as_json
from daemon.store import Store
from tests.daemon.report.test_gather import gathered
from tests.daemon.report.test_worded import WEEK, used


async def test_a_machine_is_told_the_same(store: Store) -> None:
    said = json.loads(as_json(await gathered(store)))

    assert (said["report"], said["period"]) == ("weekly", "2026-W46")
    assert (said["from"], said["until"]) == ("2026-11-08T23:00:00Z", "2026-11-15T23:00:00Z")
    assert said["cost"] == [{"currency": "USD", "cost": "35.21", "before": "30.46"}]
    [use] = said["use"]
    assert (use["used"], use["cost"], len(use["days"])) == (1760.62, "35.21", 7)
    assert use["by"]["voice_id"][0] == {
        "value": "v-01",
        "name": "Agatha",
        "used": 542.74,
        "before": 567.2,
    }
    assert said["allocations"][0]["total"] == "35.21"
    assert said["alerts"][0]["done"] == ["Anna: a job was stuck in a loop (acknowledged)"]
    assert (said["runways"][0]["breached"], said["budgets"][0]["series"]) == (True, {})


def test_what_is_not_known_is_null() -> None:
    nothing = Findings("weekly", WEEK, (used(float("nan"), before=float("nan"), price="1 USD"),))
    [use] = json.loads(as_json(nothing))["use"]

    assert (use["used"], use["before"], use["days"]) == (None, None, [None])
    assert json.loads(
        as_json(Findings("weekly", WEEK, (used(1, before=float("nan"), price="1 USD"),)))
    )["cost"] == [{"currency": "USD", "cost": "1.00", "before": None}]
