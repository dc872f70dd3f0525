import json

import pytest

from daemon.login import Login
from daemon.secret import Secret
from daemon.sources.http_json.wire import endpoint


def words(body: object) -> str | None:
    dialect = endpoint("a", "http://h", "/v1", Login(), ()).dialect
    return dialect.words(body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"message": "no"},
        {"error": "no"},
        {"error": {"code": 3, "message": "no"}},
        {"errors": [{"detail": "no"}, {"detail": "never"}]},
        {"errors": ["no"]},
        {"title": "Forbidden", "detail": "no"},
        {"error": "forbidden", "error_description": "no"},
        {"message": None, "error": {"errors": [{"title": "no"}]}},
        "no",
    ],
)
def test_the_vendors_words_are_found_in_the_shapes_that_are_common(body: object) -> None:
    assert words(body) == "no"


@pytest.mark.parametrize(
    "body", [{}, {"message": ""}, [], None, 3, b"", b"<html>", b"\xff", b"[" * 10_000]
)
def test_where_there_are_no_words_none_are_made_up(body: object) -> None:
    assert words(body) is None


@pytest.mark.parametrize(
    ("login", "query", "keys"),
    [
        (Login(), (), "headers"),
        (Login(token=Secret("t")), (), "token"),
        (Login(), (Secret("q"),), "query"),
        (Login(headers={"X-Key": Secret("k")}), (Secret("q"),), "headers and query"),
    ],
)
def test_the_settings_to_look_at_are_named(
    login: Login, query: tuple[Secret, ...], keys: str
) -> None:
    made = endpoint("a", "http://h", "/v1", login, query)

    assert made.dialect.keys == keys
    assert set(query) <= set(made.secrets)


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "check {setting}.path and {setting}.query"),
        (404, "check {setting}.url and {setting}.path"),
        (422, "check {setting}.path and {setting}.query"),
        (402, None),
    ],
)
def test_a_question_that_is_refused_is_looked_for_in_its_settings(
    status: int, advice: str | None
) -> None:
    assert endpoint("a", "http://h", "/v1", Login(), ()).dialect.advice(status, "/v1") == advice
