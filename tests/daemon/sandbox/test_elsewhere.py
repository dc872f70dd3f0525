from datetime import timedelta
from pathlib import Path

import pytest

from daemon.clock import WallClock
from daemon.http import Http
from daemon.notifier import Notifier
from daemon.notifiers.alertmanager import Alertmanager
from daemon.notifiers.anywhere import Apprise
from daemon.notifiers.console import Console
from daemon.notifiers.file import JsonLines
from daemon.notifiers.pagerduty import PagerDuty
from daemon.notifiers.webhook import Webhook
from daemon.sandbox.elsewhere import open_elsewhere
from daemon.sandbox.narrator import Narrator
from daemon.secret import Secret
from tests.make import letter, message

HELD = Secret("hush")
FAR = "http://far.example"


@pytest.mark.parametrize(
    ("notifier", "title"),
    [
        (Webhook(FAR, token=HELD, signing_key=HELD), "A webhook: firing"),
        (PagerDuty(HELD, FAR), "PagerDuty: triggered"),
        (Alertmanager((FAR, FAR), HELD, headers={"X-Key": HELD}), "Alertmanager"),
    ],
)
async def test_a_place_for_machines_is_told_of_on_the_terminal_and_left_alone(
    http: Http, notifier: Notifier, title: str
) -> None:
    said: list[str] = []
    async with open_elsewhere(WallClock(), Narrator(said.append)) as divert:
        near = divert(notifier)
        await near.send(http, message(letter()))

    assert FAR not in repr(near)
    assert title in said[0]
    assert "Agatha" in said[0]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_so_is_whatever_apprise_would_reach(http: Http) -> None:
    pytest.importorskip("apprise")
    said: list[str] = []
    far = Apprise(Secret("ntfy://far.example/topic"), timeout=timedelta(seconds=5))
    async with open_elsewhere(WallClock(), Narrator(said.append)) as divert:
        await divert(far).send(http, message(letter()))

    assert "Apprise" in said[0]
    assert "Agatha" in said[0]


async def test_a_file_is_kept_elsewhere_and_only_as_long_as_the_sandbox(
    http: Http, tmp_path: Path
) -> None:
    real = JsonLines(tmp_path / "alerts.jsonl")
    async with open_elsewhere(WallClock(), Narrator(print)) as divert:
        near = divert(real)
        assert isinstance(near, JsonLines)
        await near.send(http, message(letter()))
        assert near.path.exists()

    assert not near.path.exists()
    assert not real.path.exists()


async def test_what_stays_on_this_machine_stays_as_it_is() -> None:
    async with open_elsewhere(WallClock(), Narrator(print)) as divert:
        console = Console()

        assert divert(console) is console
