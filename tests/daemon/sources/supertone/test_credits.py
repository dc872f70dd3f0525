"""The balance: a level at this instant, or not known."""

from datetime import timedelta
from math import isnan
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.metrics import build_metrics
from daemon.poll import Poller
from daemon.read import Reader
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import Feed, SourceRefused, Window
from daemon.sources.supertone import SupertoneCredits
from daemon.store import open_store
from rules.panel import Panel
from rules.series import Reading
from tests.daemon.sources.vendor import HOUR, NOW, Vendor, recorded, recording


async def test_a_balance_is_a_reading_of_this_minute(http: Http) -> None:
    async with serve(recording(*recorded(["credits"])).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert answer.readings == [Reading((), NOW, 146.0)]
    assert answer.told == Window(NOW, NOW + HOUR / 60)


async def test_a_null_balance_is_not_known_and_is_not_zero(http: Http) -> None:
    async with serve(recording(*recorded(["credits.null"])).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert answer.readings == []
    assert answer.metric.absent == "unknown"


async def test_the_stand_in_can_lose_its_balance(vendor: Vendor) -> None:
    vendor.stand_in.faults.null_balance = True

    assert (await vendor.ask(SupertoneCredits, HOUR)).readings == []


@pytest.mark.parametrize("body", ["{}", '{"balance": "146"}', '{"balance": true}'])
async def test_a_balance_that_is_no_number_is_refused(http: Http, body: str) -> None:
    async with serve(recording(body).app()) as url:
        with pytest.raises(SourceRefused, match=r"its contract has changed.*balance"):
            await Vendor(None, url, http).ask(SupertoneCredits, HOUR)


async def test_an_unknown_account_is_named_as_such(http: Http) -> None:
    async with serve(recording("", status=404).app()) as url:
        with pytest.raises(SourceRefused) as caught:
            await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert str(caught.value) == (
        "voices: GET /v1/credits answered 404: without a word;"
        " the account is unknown, check sources.voices.key and sources.voices.url"
    )


TEN = NOW.replace(minute=0)


async def remembered(
    http: Http, folder: Path, *told: tuple[int, float | None]
) -> dict[str, list[float]]:
    """What is kept of each metric after some polls: (minutes after ten, balance)."""
    said = ["null" if balance is None else str(balance) for _, balance in told]
    recorder = recording(*(f'{{"balance": {one}}}' for one in said))
    async with serve(recorder.app()) as url, open_store(f"sqlite:///{folder}/a.db") as store:
        source = SupertoneCredits(Secret("key"), url, burn=True)
        poller = Poller(Reader(Feed("credits", source), store, http), [], build_metrics("t"))
        for minutes, _ in told:
            polled = await poller.poll(TEN + timedelta(minutes=minutes))
            assert polled.failure is None
        async with store.transaction() as tx:
            panels = await tx.usage.panels("credits")
    return {panel.metric.name: _column(panel) for panel in panels}


def _column(panel: Panel) -> list[float]:
    return [round(value, 3) for value in panel.values[:, 0].tolist() if not isnan(value)]


async def test_what_a_balance_falls_by_is_burnt_and_what_it_rises_by_is_bought(
    http: Http, tmp_path: Path
) -> None:
    kept = await remembered(http, tmp_path, (0, 100), (30, 90), (90, 50), (120, 550), (150, 540))

    # From 10:30 to 11:30 forty were burnt: half before eleven, half after.
    assert kept["burn"] == [30.0, 20.0, 10.0]
    assert kept["top_ups"] == [0.0, 500.0, 0.0]
    assert kept["credits"] == [100.0, 90.0, 50.0, 550.0, 540.0]


async def test_a_balance_that_is_lost_for_a_while_loses_no_burn(http: Http, tmp_path: Path) -> None:
    kept = await remembered(http, tmp_path, (0, 100), (60, None), (120, 40))

    assert kept["burn"] == [30.0, 30.0, 0.0]


async def test_the_first_look_says_nothing_of_burn(http: Http, tmp_path: Path) -> None:
    kept = await remembered(http, tmp_path, (10, 100))

    assert sum(kept.get("burn", [])) == 0
    assert [metric.name for metric in SupertoneCredits(Secret("k")).metrics("c")] == ["credits"]
