"""The door itself: whatever the bytes, a configuration or complaints, and never a secret."""

import logging
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config import SHELVES as REAL
from daemon.config import ConfigError, Shelves, load, parse, schema
from daemon.config.references import Surroundings
from tests.daemon.config.plugins import HELD, SHELVES, Held, complaints, read

EXAMPLE = (Path(__file__).parents[3] / "config.example.yaml").read_text("utf-8")
GOOD = "sources:\n  voices: {type: tts, key: '${env:KEY}'}\n"
LINE = re.compile(r"c\.yaml:[1-9][0-9]*:[1-9][0-9]*: \S.*?: \S.*")
PIECES = [
    "${env:A}",
    "${",
    "&a ",
    "*a",
    "<<: *a",
    "!x ",
    "null",
    "- ",
    ": ",
    "{",
    "]",
    "'",
    '"',
    "\t",
]


def told(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path, Held())
    return caught.value.complaints


def as_it_should_be(text: str | bytes, shelves: Shelves = SHELVES) -> bool:
    """Either a configuration, or lines of the one form and in the order of the file."""
    lines = complaints(text, shelves)
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    return all(map(LINE.fullmatch, lines)) and places == sorted(places) and len(lines) < 2_000


def test_a_file_is_loaded_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("sources: {}")

    assert told(path) == (f"{path}:1:10: sources: expected at least one source",)


def test_a_file_that_cannot_be_read_is_a_complaint_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "nope.yaml"

    assert told(path) == (f"{path}:1:1: (top): the file cannot be read: No such file or directory",)
    assert told(tmp_path) == (f"{tmp_path}:1:1: (top): the file cannot be read: Is a directory",)


def test_a_file_without_an_end_is_read_only_so_far() -> None:
    assert told(Path("/dev/zero")) == (
        "/dev/zero:1:1: (top): the file is larger than 1000000 bytes",
    )


def test_text_and_bytes_say_the_same() -> None:
    assert read(GOOD) == read(GOOD.encode()) == read(b"\xef\xbb\xbf" + GOOD.encode())


def test_an_error_is_its_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("a: 1\nb: 2\nsources: {}", "c.yaml", Held(), SHELVES)

    assert len(caught.value.complaints) == 3
    assert str(caught.value) == "\n".join(caught.value.complaints)


def test_an_error_carries_no_other_error_along() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(GOOD.replace("'${env:KEY}'", "hunter2"), "c.yaml", Held(), SHELVES)

    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_the_schema_is_of_the_shelves_that_are_given() -> None:
    assert '"tts.balance"' in schema(SHELVES)
    assert '"tts.balance"' not in schema()


@pytest.mark.parametrize(
    "extra", ["", "rules: {a: {kind: limit, source: '${env:A}', above: '${env:A}'}}"]
)
def test_no_secret_is_printed_or_logged(extra: str, caplog: pytest.LogCaptureFixture) -> None:
    store = "store: {url: 'postgresql://u:${env:PASSWORD}@h/db'}\n"
    mail = "destinations: {m: {type: mail, host: h, to: a@b.c, password: '${env:PASSWORD}'}}\n"
    with caplog.at_level(logging.DEBUG):
        try:
            said = repr(read(GOOD + store + mail + extra))
        except ConfigError as error:
            said = f"{error!r} {error} {error.complaints}"

    assert HELD not in said + caplog.text


@settings(max_examples=60, deadline=None)
@given(st.text() | st.binary())
def test_any_bytes_get_a_configuration_or_complaints(raw: str | bytes) -> None:
    assert as_it_should_be(raw)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PIECES, *"abx:-#,[}|>?%@\n\n   \r", "sources", "k: v\n"]), max_size=40
    )
)
def test_anything_that_resembles_yaml_gets_a_configuration_or_complaints(parts: list[str]) -> None:
    assert as_it_should_be("".join(parts))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_example_gets_a_configuration_or_complaints(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SECTIONS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 8))
        text = (
            text[:at] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3)) + text[at + cut :]
        )
    assert as_it_should_be(text, REAL)


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*"ab", "type", "kind", "key", "tell"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_values_at_all_get_complaints(value: object) -> None:
    for section in ("sources", "rules", "destinations", "store", "page", "log"):
        assert as_it_should_be(yaml.safe_dump({section: {"a": value}}, allow_unicode=True))
        assert as_it_should_be(yaml.safe_dump({section: value}, allow_unicode=True))


def _sections() -> list[str]:
    """The example in pieces: PyYAML needs a while for all of it."""
    blocks = re.split(r"\n(?=[a-z])", re.sub(r" *#.*", "", EXAMPLE))
    return [block.strip() + "\n" for block in blocks if block.strip()]


SECTIONS = _sections()


def test_a_key_that_is_changed_on_disk_is_taken_without_a_restart(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("old")
    key.chmod(0o600)
    text = f"sources: {{a: {{type: supertone.credits, key: '${{file:{key}}}'}}}}\n"
    config = parse(text, "config.yaml", Surroundings({}))
    key.write_text("new")

    assert config.feeds[0].source.key.reveal() == "new"  # type: ignore[attr-defined]
