import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config.references import Referred, Surroundings, Unresolved, expand
from tests.daemon.config.plugins import Held

HERE = Surroundings({"KEY": "abc", "EMPTY": "", "BLANK": " \n", "NEWLINE": "abc\n", "TWO": "a\nb"})


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def complaint(kind: str, name: str, references: Surroundings = HERE) -> str:
    with pytest.raises(Unresolved) as caught:
        references.resolve(kind, name, "sources.key")
    return str(caught.value)


def test_a_variable_is_looked_up_in_the_environment_that_was_handed_in() -> None:
    assert HERE.resolve("env", "KEY", "sources.key") == "abc"
    assert complaint("env", "NOPE") == "environment variable 'NOPE' is not set"


@pytest.mark.parametrize("name", ["EMPTY", "BLANK"])
def test_an_empty_secret_is_none(name: str) -> None:
    assert complaint("env", name) == f"environment variable '{name}' is empty"


def test_the_newline_that_echo_leaves_is_not_part_of_a_secret(tmp_path: Path) -> None:
    unix = secret_file(tmp_path, b"abc\n")
    assert HERE.resolve("file", str(unix), "sources.key") == "abc"

    dos = secret_file(tmp_path, b"abc\r\n")
    assert HERE.resolve("file", str(dos), "sources.key") == "abc"
    assert HERE.resolve("env", "NEWLINE", "sources.key") == "abc"


def test_a_secret_of_several_lines_is_refused_without_being_shown() -> None:
    expected = "expected one line of plain text in environment variable 'TWO', found more than that"

    assert complaint("env", "TWO") == expected


def test_a_secret_as_long_as_a_file_may_be_is_read_and_a_longer_one_is_not(tmp_path: Path) -> None:
    assert (
        len(HERE.resolve("file", str(secret_file(tmp_path, b"a" * 65_536)), "sources.key"))
        == 65_536
    )

    assert "found more than that" in complaint("file", str(secret_file(tmp_path, b"a" * 65_537)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nope"

    assert (
        complaint("file", str(path)) == f"file '{path}' cannot be read: No such file or directory"
    )


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert (
        complaint("file", str(tmp_path)) == f"expected a file at '{tmp_path}', found something else"
    )


def test_a_device_without_an_end_is_no_file() -> None:
    assert "found something else" in complaint("file", "/dev/zero")


def test_an_empty_file_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    empty = secret_file(tmp_path, b"\n")
    assert complaint("file", str(empty)) == f"file '{empty}' is empty"

    binary = secret_file(tmp_path, b"\xff\xfe")
    assert complaint("file", str(binary)) == f"expected UTF-8 text in file '{binary}'"


def test_a_path_is_absolute() -> None:
    assert (
        complaint("file", "key") == "expected an absolute path such as ${file:/run/key}, got 'key'"
    )
    assert "not a path" in complaint("file", "/a\0b")


def test_a_secret_open_to_everyone_is_read_but_not_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        HERE.resolve("file", str(secret_file(tmp_path, b"abc", 0o640)), "sources.key")
        assert caplog.messages == []
        HERE.resolve("file", str(secret_file(tmp_path, b"abc", 0o644)), "sources.key")

    (message,) = caplog.messages
    assert str(tmp_path / "key") in message
    assert "abc" not in message


def test_a_credential_is_a_file_in_the_directory_systemd_names(tmp_path: Path) -> None:
    secret_file(tmp_path, b"abc\n")
    here = Surroundings({"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert here.resolve("credential", "key", "sources.key") == "abc"
    assert f"file '{tmp_path / 'nope'}' cannot be read" in complaint("credential", "nope", here)


@pytest.mark.parametrize("name", ["../key", "/etc/passwd", "..", "."])
def test_a_credential_stays_in_its_directory(name: str, tmp_path: Path) -> None:
    here = Surroundings({"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert complaint("credential", name, here).startswith("expected the name of a credential")


def test_without_systemd_there_are_no_credentials() -> None:
    assert "CREDENTIALS_DIRECTORY is not set" in complaint("credential", "key")


def test_references_stand_anywhere_in_a_text() -> None:
    text = expand("postgresql://${env:KEY}:${env:KEY}@db", HERE, "sources.key")

    assert text == "postgresql://abc:abc@db"
    assert isinstance(text, Referred)
    assert text.by == "${env:KEY}, ${env:KEY}"


def test_what_a_reference_holds_is_not_looked_at_again() -> None:
    assert (
        expand("${env:A}", Surroundings({"A": "${env:B}", "B": "b"}), "sources.key") == "${env:B}"
    )


def test_a_doubled_dollar_is_how_a_plain_one_is_written() -> None:
    text = expand("$${env:KEY} costs 5$, {$} and $$", HERE, "sources.key")

    assert text == "${env:KEY} costs 5$, {$} and $$"
    assert not isinstance(text, Referred)


@pytest.mark.parametrize("text", ["${KEY}", "${env:}", "${", "${env:KEY", "a ${} b", "${:a}"])
def test_what_only_looks_like_a_reference_is_refused(text: str) -> None:
    with pytest.raises(Unresolved):
        expand(text, HERE, "sources.key")


def test_the_surroundings_do_not_print_the_environment() -> None:
    assert "abc" not in repr(HERE)


@settings(max_examples=50)
@given(st.text().filter(lambda text: "${" not in text))
def test_a_text_without_references_is_left_as_it_is(text: str) -> None:
    assert expand(text, Held(), "sources.key") == text


def test_what_lies_in_a_file_is_read_anew(tmp_path: Path) -> None:
    path = secret_file(tmp_path, b"old")
    held = expand(f"Bearer ${{file:{path}}}", HERE, "sources.token")
    assert isinstance(held, Referred)
    assert held.again is not None
    path.write_text("new\n")

    assert (str(held), held.again()) == ("Bearer old", "Bearer new")
    path.unlink()
    assert held.again() is None


def test_what_was_in_the_environment_stays(tmp_path: Path) -> None:
    held = expand("${env:KEY}", HERE, "sources.key")

    assert isinstance(held, Referred)
    assert held.again is None


def test_a_file_that_all_may_read_is_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = secret_file(tmp_path, b"abc", 0o644)
    here = Surroundings({})
    for _ in range(3):
        here.resolve("file", str(path), "sources.key")

    assert [record.message for record in caplog.records].count(
        f"any user can read the secret in {path}; chmod 600 would end that"
    ) == 1
