from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from daemon.config.references import Referred
from daemon.config.spelling import Listen, StoreUrl, at_least, spelled
from daemon.secret import Secret
from rules.rule import Severity


def read(hint: Any, value: object) -> object:
    return TypeAdapter(spelled(hint)).validate_python(value)


def taken(hint: Any, value: object) -> bool:
    try:
        TypeAdapter(hint).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("hint", "value", "made"),
    [
        (str, "a", "a"),
        (int, 3, 3),
        (float, 3, 3.0),
        (float, 3.5, 3.5),
        (bool, False, False),
        (timedelta, "5m", timedelta(minutes=5)),
        (timedelta, "3660d", timedelta(days=3660)),
        (Path, "/a", Path("/a")),
        (Severity, "info", Severity.INFO),
        (int | None, None, None),
        (tuple[str, ...], ["a", "b"], ("a", "b")),
        (tuple[str, ...], "a", ("a",)),
        (tuple[str, ...], [], ()),
        (
            Mapping[str, tuple[str, ...]],
            {"a": "b", "c": ["d", "e"]},
            {"a": ("b",), "c": ("d", "e")},
        ),
    ],
)
def test_a_value_of_its_type_is_taken(hint: Any, value: object, made: object) -> None:
    assert read(hint, value) == made


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (str, 3),
        (str, None),
        (int, 3.0),
        (int, "3"),
        (int, True),
        (float, "3"),
        (float, True),
        (float, float("inf")),
        (float, float("nan")),
        (bool, 1),
        (bool, "true"),
        (timedelta, 5),
        (timedelta, "3661d"),
        (Path, ""),
        (Path, 3),
        (tuple[str, ...], None),
        (Mapping[str, tuple[str, ...]], ["a"]),
    ],
)
def test_a_value_of_another_type_is_not_bent(hint: Any, value: object) -> None:
    assert not taken(spelled(hint), value)


def test_a_secret_comes_by_reference_or_not_at_all() -> None:
    made = read(Secret, Referred("abc", "${env:KEY}"))

    assert isinstance(made, Secret)
    assert made.reveal() == "abc"
    assert type(made.reveal()) is str
    assert not taken(spelled(Secret), "abc")
    assert not taken(spelled(Secret | None), "abc")
    assert read(Secret | None, None) is None


def test_text_that_came_by_reference_becomes_plain_text() -> None:
    for hint in (str, str | None, tuple[str, ...]):
        made = read(hint, Referred("abc", "${env:KEY}"))

        assert type(made[0] if isinstance(made, tuple) else made) is str
    assert type(TypeAdapter(StoreUrl).validate_python(Referred("sqlite:///a", "x"))) is str


def test_text_that_came_by_reference_is_a_secret_where_either_may_stand() -> None:
    hint = Mapping[str, tuple[str | Secret, ...]]
    made = read(hint, {"a": "b", "c": ["d", Referred("abc", "${env:KEY}")]})

    assert made == {"a": ("b",), "c": ("d", Secret("abc"))}
    assert not taken(spelled(str | Secret), 3)
    assert not taken(spelled(str | Secret), None)


def test_a_placeholder_without_quotes_is_told_from_a_block_of_keys() -> None:
    with pytest.raises(ValidationError, match=r"write it in quotes, as in \"\{start\}\""):
        read(str | Secret, {"start": None})


def test_a_type_without_a_spelling_is_a_mistake_of_the_plugin() -> None:
    with pytest.raises(TypeError, match="no spelling for"):
        spelled(bytes)


def test_a_duration_may_have_a_least() -> None:
    hint = spelled(timedelta)

    assert taken(at_least_ten(hint), "10s")
    assert not taken(at_least_ten(hint), "9s")
    assert not taken(at_least_ten(hint), "ten")


def at_least_ten(hint: Any) -> Any:
    return Annotated[hint, at_least(timedelta(seconds=10))]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8321", "127.0.0.1", 8321),
        ("[::1]:80", "::1", 80),
        ("localhost:0", "localhost", 0),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert TypeAdapter(Listen).validate_python(text) == (host, port)


def test_the_last_port_is_65535() -> None:
    assert taken(Listen, "a:65535")
    assert not taken(Listen, "a:65536")


@pytest.mark.parametrize("text", [8321, ":8321", "a", "a:", "a:b", "a:-1", "a:²", "a:800000", None])
def test_anything_else_is_no_address(text: object) -> None:
    assert not taken(Listen, text)


@pytest.mark.parametrize(
    "url", [None, "sqlite:///a.db", "postgresql://u@h/db", Referred("postgresql://u:p@h/db", "x")]
)
def test_a_store_is_sqlite_or_postgresql(url: object) -> None:
    assert taken(StoreUrl, url)


@pytest.mark.parametrize(
    "url", ["mysql://h/db", "sqlite:a.db", "postgresql://u:p@h/db", "postgresql://[", 3]
)
def test_no_other_store_and_no_password_written_out(url: object) -> None:
    assert not taken(StoreUrl, url)
