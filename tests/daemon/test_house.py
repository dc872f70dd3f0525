"""One configuration after the other: what of them is in force, and what becomes of the rest."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from daemon import app
from daemon.config.settings import Config, PageConfig
from daemon.house import Floor, House
from daemon.http import Call, open_http
from daemon.notifier import DeliveryError, Destination
from daemon.service import Supervisor
from daemon.source import Answer, Ask, Feed
from daemon.store import open_store
from daemon.store.database import StoreError
from rules.alert import Event
from rules.kinds.silence import Silence
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from tests.blank import blank
from tests.daemon.living import AT, NOON, Setting, SlowMeter, busy, lived, until
from tests.fakes import HOUR, Mailbox, Meter

OPENED, RESOLVED, WITHDRAWN = ("busy", "opened"), ("busy", "resolved"), ("busy", "withdrawn")
UNUSABLE = "unusable configuration"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(blank(tmp_path))


async def test_a_rule_that_is_called_otherwise_goes_on_with_its_alert(setting: Setting) -> None:
    setting.rules = (busy(id="r1"),)
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.reload(rules=(busy(id="r1", name="very-busy"),))
        setting.meter.used["a", NOON + HOUR] = 1.0
        polls = len(setting.meter.asked)
        await until(lambda: len(setting.meter.asked) > polls)
        one.clock.at = AT + 2 * HOUR
        one.reload(rules=(busy(id="r1", name="very-busy", summary="Too much"),))
        await one.until_heard(("very-busy", "resolved"))

    opened, resolved = setting.box.letters
    assert opened.alert == resolved.alert
    assert "very-busy" in str(setting.box.messages[-1].wording)
    assert one.heard() == [OPENED, ("very-busy", "resolved")]


async def test_a_rule_with_another_limit_judges_again_what_it_told(setting: Setting) -> None:
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.clock.at = AT + HOUR
        one.reload(rules=(busy(kind=Threshold(above=100)),))
        await one.until_heard(WITHDRAWN)


async def test_what_a_removed_rule_told_is_closed_once(setting: Setting) -> None:
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.reload(rules=())
        await one.until_heard(RESOLVED)
        one.reload(rules=(busy(kind=Threshold(above=1000)),))
        polls = len(setting.meter.asked)
        await until(lambda: len(setting.meter.asked) > polls)

    assert one.heard() == [OPENED, RESOLVED]


async def test_a_reading_that_changed_nothing_asks_nobody_and_tells_nobody(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        polls = len(setting.meter.asked)
        one.reload()
        await until(lambda: any("says what it said before" in line for line in caplog.messages))

    assert (len(setting.meter.asked), one.heard()) == (polls, [OPENED])


async def test_what_a_removed_destination_is_owed_is_given_up_with_the_reason(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    setting.box.failures += [DeliveryError("down")] * 100
    other = Destination("other", Mailbox())
    async with lived(setting) as one:
        await until(lambda: len(setting.box.failures) < 100)
        polls = len(setting.meter.asked)
        one.reload(rules=(busy(tell=("other",)),), destinations=(other,))
        await until(lambda: len(setting.meter.asked) > polls)
        one.clock.at += timedelta(minutes=30)
        one.reload(page=PageConfig(port=1))
        await until(lambda: "1 letters are given up" in caplog.text)

    async with open_store(setting.url) as store, store.transaction() as tx:
        (line,) = await tx.outbox.ledger(10, destination="team")
    assert line.failure == "there is no destination 'team' in the configuration any more"


async def test_a_house_that_cannot_be_built_leaves_the_one_before_it_in_force(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = app.build

    def build(config: Config, floor: Floor) -> House:
        if len(config.rules) > 1:
            raise LookupError("no plan of it")
        return built(config, floor)

    monkeypatch.setattr(app, "build", build)
    two = (busy(), busy(name="other"))
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.reload(rules=two)
        await one.until_heard((UNUSABLE, "opened"))
        one.clock.at = AT + HOUR
        reason = setting.box.letters[-1].event.verdict.why.reason
        one.reload(rules=(busy(kind=Threshold(above=100)),))
        await one.until_heard(WITHDRAWN)

    assert "LookupError" in reason
    assert set(one.heard()[2:]) == {(UNUSABLE, "resolved"), WITHDRAWN}


async def test_a_house_that_nobody_can_move_into_ends_the_daemon_with_the_error(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service manager starts it again; in silence it must not go on."""

    async def move_in(house: House, floor: Floor) -> None:
        if not house.config.rules:
            raise StoreError("the store is away")
        await moved_in(house, floor)

    moved_in = app.move_in
    monkeypatch.setattr(app, "move_in", move_in)
    with pytest.raises(StoreError, match="the store is away"):
        async with lived(setting) as one:
            await one.until_heard(OPENED)
            one.reload(rules=())
            await one.life


async def test_a_store_that_is_away_takes_neither_the_daemon_down_nor_the_news(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, away = app.note_reading, [StoreError("away")] * 3

    async def note(config: Config, floor: Floor, failure: str | None) -> Sequence[Event]:
        if failure is not None and away:
            raise away.pop()
        return await noted(config, floor, failure)

    monkeypatch.setattr(app, "note_reading", note)
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.unusable()
        await one.until_heard((UNUSABLE, "opened"))

    assert one.heard() == [OPENED, (UNUSABLE, "opened")]


async def test_a_start_with_a_file_that_can_be_used_ends_what_was_said_of_one_that_could_not(
    setting: Setting,
) -> None:
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.unusable()
        await one.until_heard((UNUSABLE, "opened"))
    async with lived(setting, AT + HOUR) as one:
        await one.until_heard((UNUSABLE, "resolved"))


async def test_a_source_that_is_gone_is_neither_waited_for_nor_counted(setting: Setting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        setting.page = PageConfig(port=free.getsockname()[1])
    where = f"http://127.0.0.1:{setting.page.port}"
    setting.others = (Feed("odd", Odd()), Feed("gone", Meter()))
    async with lived(setting) as one, open_http() as http:

        async def shows(path: str) -> str:
            return (await http.send(Call(f"{where}/{path}"))).body.decode()

        await one.until_heard(OPENED)
        while (waits := await shows("readyz")).count(","):
            pass  # there are others that were not read yet
        counted = await shows("metrics")
        one.reload(feeds=(Feed("tts", setting.meter),))
        while await shows("readyz") != "ready\n":
            pass
        left = await shows("metrics")

    assert waits == "waiting for the first poll of odd\n"
    last = 'meterwatch_source_last_success_timestamp_seconds{source="%s"}'
    assert (last % "tts" in counted, last % "gone" in counted) == (True, True)
    assert (last % "tts" in left, 'source="gone"' in left, 'source="odd"' in left) == (
        True,
        False,
        False,
    )


@dataclass
class Odd(Meter):
    """It breaks in a way of its own."""

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        raise RuntimeError("odd")


async def test_what_runs_finishes_under_the_configuration_that_it_began_under(
    setting: Setting,
) -> None:
    setting.meter = slow = SlowMeter(dict(setting.meter.used))
    async with lived(setting) as one:
        await until(lambda: bool(slow.asked))
        one.reload(rules=(busy(kind=Threshold(above=100)),))
        one.clock.at = AT + HOUR
        await until(lambda: one.read == 1)
        slow.may_answer.set()
        await one.until_heard(WITHDRAWN)

    assert one.heard() == [OPENED, WITHDRAWN]


async def test_what_nobody_wrote_down_goes_from_one_house_to_the_next(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[tuple[int, int]] = []

    def follow(house: House, before: House) -> None:
        followed.append((len(before.config.rules), len(house.config.rules)))

    monkeypatch.setattr(House, "follow", follow)
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.reload(rules=())
        await one.until_heard(RESOLVED)

    assert followed == [(1, 0)]


async def test_the_service_manager_hears_that_it_lives_also_while_configurations_change(
    setting: Setting,
) -> None:
    beats: list[bool] = []

    @dataclass(frozen=True)
    class Heard(Supervisor):
        async def keep_alive(self, well: Callable[[], bool]) -> None:
            beats.append(False)
            await super().keep_alive(well)

    setting.supervisor = Heard()
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        one.reload(rules=())
        await one.until_heard(RESOLVED)

    assert len(beats) == 1, "once for all: there is no gap between two configurations"


async def test_a_first_start_judges_at_once_by_limits_and_pages_nobody_by_what_it_must_learn(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    setting.rules = (busy(), busy(name="spike", kind=Spike()), busy(name="drop", kind=Silence()))
    async with lived(setting) as one:
        await one.until_heard(OPENED)
        for hour in range(1, 6):
            setting.meter.used["a", NOON + hour * HOUR] = 1.0 if hour % 2 else 90.0
            one.clock.at = AT + hour * HOUR
            polls = len(setting.meter.asked)
            one.reload(page=PageConfig(port=hour))
            await until(lambda polls=polls: len(setting.meter.asked) > polls)  # type: ignore[misc]

    assert {rule for rule, _ in one.heard()} == {"busy"}
