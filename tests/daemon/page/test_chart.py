"""The chart of an alert is given out as a picture that can be drawn anywhere."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from daemon.store import open_store
from rules.trace import Trace
from tests import make
from tests.blank import blank
from tests.daemon.page.caller import caller

TRACE = Trace(
    start=make.AT - timedelta(hours=2),
    width=timedelta(hours=1),
    observed=(3.0, 3.5, 41.0),
    expected=(3.2, 3.2, 3.2),
    low=(0.8, 0.8, 0.8),
    high=(5.6, 5.6, 5.6),
    breached=(False, False, True),
    unit="minutes",
)


async def test_an_alert_that_was_drawn_has_its_chart_here_too(tmp_path: Path) -> None:
    async with open_store(blank(tmp_path)) as store, caller(store) as page:
        async with store.transaction() as tx:
            number = await tx.alerts.keep(make.alert())
            await tx.outbox.enqueue(make.letter(alert=number, trace=TRACE))
        async with page.session.get(f"{page.where}/api/alerts/{number}/chart.svg") as reply:
            svg = await reply.text()

    assert (reply.status, reply.content_type) == (200, "image/svg+xml")
    root = ET.fromstring(svg)  # noqa: S314  our own
    assert root.tag.endswith("svg")
    assert "Agatha" in svg
