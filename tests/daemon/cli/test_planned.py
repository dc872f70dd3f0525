"""`planned` lists what is planned, marks what was and takes a mark back."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from daemon.source import Answer, Window
from daemon.store import open_store, read_store
from daemon.store.frame import Frame
from daemon.store.planned import Mark
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.blank import blank
from tests.daemon.cli.shell import CONFIG, meterwatch
from tests.daemon.cli.test_past import remember

PLANNED = """\
planned:
  launch: {from: 2026-11-24T08:00, until: 2026-11-26, source: voices}
  holidays: {country: DE}
"""
SPIKE = "busy: {kind: spike, source: voices, min_change: 1, tell: []}"
START, HOUR = datetime(2026, 9, 25, tzinfo=UTC), timedelta(hours=1)
USED = [3.0 + hour % 2 for hour in range(56 * 24)] + [90.0] * 4 + [3.0] * 2


@pytest.fixture
def where(tmp_path: Path) -> tuple[str | Path, ...]:
    """A configuration with plans, and a store in which one hour of three was too much."""
    config = tmp_path / "planned.yaml"
    config.write_text(CONFIG.replace("destinations", f"{PLANNED}destinations"))
    asyncio.run(remember(tmp_path))
    return "--config", config, "--state-dir", tmp_path


def marks(where: tuple[str | Path, ...]) -> list[Mark]:
    async def look() -> list[Mark]:
        async with read_store(f"sqlite:///{where[3]}/meterwatch.db") as store:
            async with store.transaction() as tx:
                return list(await tx.planned.all())

    return asyncio.run(look())


def add(where: tuple[str | Path, ...], *words: str) -> Result:
    return meterwatch("planned", "add", *where, *words)


def test_what_is_planned_and_what_was_marked_is_listed(where: tuple[str | Path, ...]) -> None:
    added = add(where, "--from", "2026-11-20T11:00", "--until", "2026-11-20T12:00", "load", "test")
    listed = meterwatch("planned", *where)
    objects = meterwatch("planned", *where, "--format", "json")

    assert (added.exit_code, listed.exit_code, objects.exit_code) == (0, 0, 0), added.output
    head, launch, holidays, marked = listed.stdout.splitlines()
    assert head.startswith("number")
    assert launch.startswith("-       2026-11-24T08:00:00Z  2026-11-27T00:00:00Z  voices")
    assert holidays.endswith(", holidays of DE")
    assert marked.startswith("1       2026-11-20T11:00:00Z  2026-11-20T12:00:00Z  all")
    assert [json.loads(line)["number"] for line in objects.stdout.splitlines()] == [None, None, 1]


def test_where_nothing_is_planned_the_list_says_so(config: Path, tmp_path: Path) -> None:
    result = meterwatch("planned", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 0
    assert result.stdout == "Nothing is planned.\n"
    assert "there is no store at" in result.stderr


def test_a_mark_holds_all_that_was_said(where: tuple[str | Path, ...]) -> None:
    result = add(
        where,
        *("--from", "2026-11-20", "--until", "2026-11-20", "--zone", "Europe/Berlin"),
        *("--source", "voices", "--where", "voice_id=a*", "--where", "voice_id=b"),
        "backfill",
    )
    (mark,) = marks(where)

    assert result.exit_code == 0, result.output
    said = "planned from 2026-11-19T23:00:00Z until 2026-11-20T23:00:00Z: backfill"
    assert result.stdout == f"1: {said}\n"
    assert mark.planned.source == "voices"
    assert mark.planned.where == {"voice_id": ("a*", "b")}
    assert (mark.planned.end - mark.planned.start).days == 1


def test_without_an_end_it_lasts_until_now(where: tuple[str | Path, ...]) -> None:
    assert add(where, "--from", "3h", "backfill").exit_code == 0
    (mark,) = marks(where)

    assert (mark.planned.end - mark.planned.start).total_seconds() == 3 * 3600
    assert mark.at == mark.planned.end
    assert mark.by


def test_a_user_without_a_name_is_known_by_number(
    where: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 65_532)
    assert add(where, "--from", "3h", "backfill").exit_code == 0

    assert marks(where)[0].by == "user 65532"


def test_a_mark_is_taken_back_by_its_number(where: tuple[str | Path, ...]) -> None:
    add(where, "--from", "3h", "backfill")
    first, again = (meterwatch("planned", "remove", *where, "1") for _ in range(2))

    assert (first.exit_code, first.stdout) == (0, "1: no longer planned: backfill\n")
    assert again.exit_code == 1
    assert "there is no mark 1; `meterwatch planned` lists them" in again.stderr
    assert marks(where) == []


def test_what_stands_before_the_word_add_counts_too(where: tuple[str | Path, ...]) -> None:
    result = meterwatch("planned", *where, "add", "--from", "3h", "backfill")

    assert result.exit_code == 0, result.output
    assert len(marks(where)) == 1


def test_it_is_marked_beside_a_daemon_that_has_the_store(where: tuple[str | Path, ...]) -> None:
    async def beside() -> Result:
        async with open_store(f"sqlite:///{where[3]}/meterwatch.db"):
            return await asyncio.to_thread(add, where, "--from", "3h", "backfill")

    result = asyncio.run(beside())

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--from", "soon"), "--from: expected a day such as 2026-11-24, or a time"),
        (("--from", "1h", "--until", "2h"), "--until: expected later than --from"),
        (("--from", "1h", "--until", "x"), "--until: expected a day such as"),
        (("--from", "1h", "--zone", "Berlin"), "--zone: expected a zone such as Europe/Berlin"),
        (("--from", "1h", "--source", "voicse"), "no such source 'voicse'; did you mean 'voices'?"),
        (("--from", "1h", "--where", "agatha"), "--where: expected LABEL=PATTERN such as"),
        ((), "Missing option '--from'"),
    ],
)
def test_words_that_mean_nothing_are_refused(
    where: tuple[str | Path, ...], words: tuple[str, ...], why: str
) -> None:
    result = add(where, *words, "backfill")

    assert result.exit_code == 2
    assert why in result.output
    assert marks(where) == []


def test_without_a_store_nothing_can_be_marked(config: Path, tmp_path: Path) -> None:
    result = add(("--config", config, "--state-dir", tmp_path), "--from", "3h", "backfill")

    assert result.exit_code == 1
    assert "there is no store at" in result.stderr


async def spoken(state: Path) -> None:
    """Eight weeks of hours like each other, and a day that begins with far more."""
    metric = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    agatha, end = labels_of({"voice_id": "agatha"}), START + len(USED) * HOUR
    readings = [Reading(agatha, START + hour * HOUR, used) for hour, used in enumerate(USED)]
    async with open_store(blank(state)) as store:
        async with store.transaction() as tx:
            frame = Frame(end + HOUR, timedelta(0), timedelta(days=60))
            await tx.usage.record(Answer(metric, Window(START, end), readings), frame)


def test_a_replay_leaves_out_what_is_planned_and_what_was_marked(tmp_path: Path) -> None:
    asyncio.run(spoken(tmp_path))
    config, usage = tmp_path / "c.yaml", tmp_path / "usage.csv"
    config.write_text(re.sub("busy:.*", SPIKE, CONFIG))
    where = ("--config", config, "--state-dir", tmp_path)
    usage.write_text(meterwatch("export", *where).stdout)
    span = ("--from", "2026-11-20T00:00:00Z")

    assert "opened" in meterwatch("replay", *where, *span).stdout
    add(where, "--from", "2026-11-20", "--until", "2026-11-20T04:00", "launch")
    assert meterwatch("replay", *where, *span).stdout == ""
    assert "opened" in meterwatch("replay", *where, *span, "--data", usage).stdout
    planned = "planned:\n  launch: {from: 2026-11-20, until: 2026-11-20T04:00}\n"
    config.write_text(config.read_text() + planned)
    assert meterwatch("replay", *where, *span, "--data", usage).stdout == ""
