"""The daemon is put together in order, runs until asked to stop, and comes apart in reverse."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from daemon import app
from daemon.app import Life
from daemon.config.settings import PageConfig
from daemon.http import Call, open_http
from daemon.notifier import DeliveryError
from daemon.service import Supervisor
from daemon.source import Feed, SourceError
from daemon.store import open_store
from tests.daemon.living import AT, NOON, Setting, SlowMeter, busy, until
from tests.fakes import HandClock, Meter


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(f"sqlite:///{tmp_path}/meterwatch.db")


async def test_one_round_polls_delivers_and_ends(setting: Setting) -> None:
    assert await setting.once()
    assert [letter.event.change.value for letter in setting.box.letters] == ["opened"]


@pytest.mark.parametrize("trouble", [SourceError("503"), DeliveryError("down")])
async def test_one_round_that_did_not_go_well_says_so(setting: Setting, trouble: Exception) -> None:
    if isinstance(trouble, SourceError):
        setting.meter.failures.append(trouble)
    else:
        setting.box.failures.append(trouble)

    assert not await setting.once()


async def test_a_source_that_is_left_out_is_no_failure_of_a_round(setting: Setting) -> None:
    setting.others = (Feed("spare", Meter(), optional=True, lacks="no key"),)
    setting.rules = (busy(), busy(name="spare-busy", source="spare"))

    assert await setting.once()
    assert {letter.event.alert.rule for letter in setting.box.letters} == {
        "busy",
        "source left out",
    }


async def test_it_tells_its_supervisor_when_it_is_ready_and_when_it_ends(
    setting: Setting, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        told = Supervisor(str(tmp_path / "notify"))
        clock = HandClock(AT)
        life = asyncio.create_task(
            app.run(setting.config(), setting.ground(clock), Life(stop, told))
        )
        await until(lambda: len(setting.box.letters) == 1)
        stop.set()
        await life

        assert manager.recv(1000) == b"READY=1\nSTATUS=watching tts"
        assert manager.recv(1000) == b"STOPPING=1\nSTATUS=finishing what runs"


async def test_it_is_ready_once_every_source_was_polled(setting: Setting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    setting.page = PageConfig(port=port)
    may_answer, stop = asyncio.Event(), asyncio.Event()
    setting.meter = SlowMeter(may_answer=may_answer)
    life = asyncio.create_task(
        app.run(setting.config(), setting.ground(HandClock(AT)), Life(stop, Supervisor()))
    )
    async with open_http() as http:
        await until(lambda: bool(setting.meter.asked))
        before = await http.send(Call(f"http://127.0.0.1:{port}/readyz"))
        may_answer.set()
        while (after := await http.send(Call(f"http://127.0.0.1:{port}/readyz"))).status != 200:
            pass
        stop.set()
        await life

    assert (before.status, before.body) == (503, b"waiting for the first poll of tts\n")
    assert after.body == b"ready\n"


async def test_what_is_owed_when_it_is_asked_to_stop_gets_one_last_try(setting: Setting) -> None:
    setting.box.failures.append(DeliveryError("not now", timedelta(0)))
    stop = asyncio.Event()
    clock = HandClock(AT)
    life = asyncio.create_task(
        app.run(setting.config(), setting.ground(clock), Life(stop, Supervisor()))
    )
    await until(lambda: not setting.box.failures)
    clock.at += timedelta(minutes=1)
    stop.set()
    await life

    assert len(setting.box.letters) == 1


async def test_old_usage_is_forgotten(setting: Setting) -> None:
    setting.meter.used["a", NOON - timedelta(days=50)] = 7.0
    await setting.once()
    stop = asyncio.Event()
    later = HandClock(AT + timedelta(days=380))
    asked = len(setting.meter.asked)
    life = asyncio.create_task(
        app.run(setting.config(), setting.ground(later), Life(stop, Supervisor()))
    )
    await until(lambda: len(setting.meter.asked) > asked)
    stop.set()
    await life

    async with open_store(setting.url) as store, store.transaction() as tx:
        (panel,) = await tx.usage.panels("tts")
    assert panel.start >= later.at - timedelta(days=400)


@dataclass(frozen=True)
class Dying(Supervisor):
    async def keep_alive(self, well: Callable[[], bool]) -> None:
        raise OSError("the bus is gone")


async def test_a_side_task_that_dies_takes_the_daemon_down(setting: Setting) -> None:
    with pytest.raises(OSError, match="the bus is gone"):
        await app.run(
            setting.config(), setting.ground(HandClock(AT)), Life(asyncio.Event(), Dying())
        )
