from pathlib import Path

from daemon.config.placeholders import Placeholders


def test_what_is_set_is_what_it_is() -> None:
    assert Placeholders({"KEY": "abc"}).resolve("env", "KEY") == "abc"


def test_what_is_not_set_gets_a_stand_in(tmp_path: Path) -> None:
    nobody = Placeholders({})

    assert nobody.resolve("env", "KEY") == "placeholder-for-env-KEY"
    assert nobody.resolve("credential", "key") == "placeholder-for-credential-key"
    assert nobody.resolve("file", str(tmp_path)).startswith("placeholder-for-file-")


def test_what_is_missing_is_remembered_once() -> None:
    placeholders = Placeholders({})
    for _ in range(2):
        placeholders.resolve("env", "KEY")

    assert placeholders.missing == ["environment variable 'KEY' is not set"]
