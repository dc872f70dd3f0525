"""Messages as lines of JSON in a file."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.message import File
from daemon.notifier import DeliveryError, DestinationDown
from daemon.notifiers.file import JsonLines, append
from rules.alert import Change
from tests.make import VOICE, alert, event, letter, message, verdict


@pytest.fixture
def path(tmp_path):
    return tmp_path / "alerts.jsonl"


def read(path):
    return [json.loads(line) for line in path.read_text().removesuffix("\n").split("\n")]


async def test_a_letter_is_a_line_with_all_that_a_machine_wants(path):
    await JsonLines(path).send(None, message(letter(summary="Somebody may be using our key.")))

    [line] = read(path)
    assert line["title"].startswith("Agatha, sona_speech_1: 41.2 minutes in an hour")
    assert {name: line[name] for name in ("alert", "change", "phase", "rule", "severity")} == {
        "alert": 12,
        "change": "opened",
        "phase": "firing",
        "rule": "voice-spike",
        "severity": "warning",
    }
    assert (line["source"], line["metric"], line["unit"]) == ("supertone", "minutes", "minutes")
    assert line["labels"] == {"voice_id": VOICE, "model": "sona_speech_1"}
    assert line["names"] == {VOICE: "Agatha"}
    assert (line["observed"], line["expected"], line["low"], line["high"]) == (
        41.23999,
        3.2,
        0.8,
        5.6,
    )
    assert (line["worst"], line["score"]) == (41.23999, 0.97)
    assert line["at"] == "2026-11-20T14:30:00Z"
    assert line["since"] == line["bucket"] == "2026-11-20T14:00:00Z"
    assert line["bucket_end"] == "2026-11-20T15:00:00Z"
    assert (line["by"], line["ended_at"], line["repeats"]) == (None, None, False)
    assert line["summary"] == "Somebody may be using our key."
    assert line["letter"] == line["message"] == letter().key


async def test_every_alert_of_a_message_has_its_line_and_messages_follow_each_other(path):
    await JsonLines(path).send(None, message(letter(), letter(alert=13)))
    await JsonLines(path).send(None, message(letter(Change.ACKNOWLEDGED), repeats=True))

    assert [(line["alert"], line["by"], line["repeats"]) for line in read(path)] == [
        *((12, None, False), (13, None, False), (12, "Anna", True)),
    ]


async def test_a_report_is_a_line_too_and_names_its_files(path):
    files = (File("shares.csv", "Who used it", b"a,b"),)
    await JsonLines(path).send(None, message(files=files))

    [line] = read(path)
    assert line["tone"] == "test"
    assert line["wording"]["title"] == "A test message: nothing happened"
    assert line["files"] == ["shares.csv"]


async def test_what_nobody_told_is_null_and_a_line_stays_a_line(path):
    silent = verdict(observed=float("nan"))
    odd = letter(names={VOICE: "Aga\ntha\u2028\ud800"}, event=event(verdict=silent, alert=alert()))
    await JsonLines(path).send(None, message(odd))

    assert path.read_bytes().count(b"\n") == 1
    [line] = read(path)
    assert line["observed"] is None
    assert line["names"] == {VOICE: "Aga\ntha\u2028\ud800"}


async def test_the_labels_it_is_routed_by_are_there_beside_those_of_the_series(path):
    await JsonLines(path).send(None, message(letter(labels={"team": "audio"})))

    assert read(path)[0]["labels"]["team"] == "audio"
    assert read(path)[0]["labels"]["voice_id"] == VOICE


async def test_a_file_that_was_rotated_away_is_left_in_peace(path):
    await JsonLines(path).send(None, message(letter()))
    path.rename(path.with_suffix(".1"))
    await JsonLines(path).send(None, message(letter(alert=13)))

    assert [line["alert"] for line in read(path.with_suffix(".1"))] == [12]
    assert [line["alert"] for line in read(path)] == [13]


async def test_a_line_torn_by_a_crash_spoils_no_other(path):
    path.write_bytes(b'{"alert": 1')
    await JsonLines(path).send(None, message(letter()))

    torn, whole = path.read_text().splitlines()
    assert (torn, json.loads(whole)["alert"]) == ('{"alert": 1', 12)


async def test_what_is_written_is_on_the_disk_before_it_counts_as_told(path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_size))
    await JsonLines(path).send(None, message(letter()))

    assert synced == [path.stat().st_size]


async def test_a_full_disk_is_for_later_and_leaves_no_half_line(path, monkeypatch):
    append(path, b"{}\n")

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match=r"cannot write to .*No space left on device") as error:
        await JsonLines(path).send(None, message(letter()))

    assert type(error.value) is DeliveryError
    assert path.read_bytes() == b"{}\n"


def missing(tmp_path):
    return tmp_path / "none" / "alerts.jsonl"


def a_directory(tmp_path):
    return tmp_path


def a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def below_a_file(tmp_path):
    (tmp_path / "file").touch()
    return tmp_path / "file" / "alerts.jsonl"


@pytest.mark.parametrize("where", [missing, a_directory, a_pipe, below_a_file])
async def test_a_path_that_cannot_be_written_needs_a_person_who_is_told_which(tmp_path, where):
    place = where(tmp_path)
    for act in (JsonLines(place).probe(None), JsonLines(place).send(None, message(letter()))):
        with pytest.raises(DestinationDown, match="check `path`") as error:
            await act
        assert str(place) in str(error.value)


async def test_a_directory_that_may_not_be_written_to_is_found_beforehand(path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DestinationDown, match="may not be written to"):
        await JsonLines(path).probe(None)


async def test_a_probe_leaves_nothing_there(path):
    assert await JsonLines(path).probe(None) == f"{path} can be written"
    assert not path.exists()

    path.write_text("{}\n")
    await JsonLines(path).probe(None)
    assert path.read_text() == "{}\n"


def test_it_follows_an_alert_and_needs_no_pause():
    assert JsonLines.follows
    assert not JsonLines.spacing
    assert replace(JsonLines(Path("a")), path=Path("b")).path == Path("b")
