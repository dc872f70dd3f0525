"""Broken files, and every complaint about each of them."""

from pathlib import Path

import pytest

from tests.daemon.config.plugins import HELD, complaints

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_gets_exactly_these_complaints(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text("utf-8").splitlines()

    assert complaints(path.read_bytes()) == expected


def test_there_are_enough_broken_files_and_each_has_its_complaints() -> None:
    assert len(BROKEN) >= 50
    assert all(path.with_suffix(".txt").read_text("utf-8") for path in BROKEN)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_no_complaint_repeats_a_secret(path: Path) -> None:
    said = "\n".join(complaints(path.read_bytes()))

    assert HELD not in said
    assert "hunter2" not in said
    assert "12345678" not in said


def test_complaints_come_in_the_order_of_the_file() -> None:
    lines = complaints((Path(__file__).parent / "broken" / "all-at-once.yaml").read_bytes())
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]

    assert len(places) == 6
    assert places == sorted(places)


def test_a_plugin_that_repeats_what_a_reference_holds_is_not_repeated() -> None:
    block = "{type: tts, key: '${env:KEY}', offset: '${env:ZONE}'}"

    (line,) = complaints(f"sources:\n  voices: {block}\n")

    assert "'***'" in line


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_the_ends_of_lines_do_not_move_a_complaint(ending: str) -> None:
    path = Path(__file__).parent / "broken" / "all-at-once.yaml"
    text = path.read_text("utf-8")

    assert complaints(text.replace("\n", ending)) == complaints(text)
