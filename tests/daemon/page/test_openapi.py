"""The document of the API is true: every path of it answers as it says, and there is no other."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from daemon.page.api import Api
from daemon.secret import Secret
from daemon.store import Store, open_store
from tests.blank import blank
from tests.daemon.page.caller import NOW, Reply, caller, told
from tests.fakes import HandClock

TEXT = files("daemon.page").joinpath("openapi.json").read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = json.loads(TEXT)
BY = {"by": "Anna"}
WISH = {"match": {"rule": "voice-*"}, "reason": "load test", **BY}
CALLS: list[tuple[str, str, str, object, int]] = [
    ("get", "/openapi.json", "", None, 200),
    ("get", "/alerts", "?since=7d&limit=9", None, 200),
    ("get", "/alerts", "?limit=none", None, 400),
    ("get", "/alerts/{number}", "", None, 200),
    ("get", "/alerts/{number}", "?full=1", None, 400),
    ("get", "/alerts/99", "", None, 404),
    ("get", "/alerts/{number}/chart.svg", "", None, 404),
    ("post", "/alerts/{number}/acknowledge", "", BY, 200),
    ("post", "/alerts/{number}/acknowledge", "", {**BY, "undo": True}, 200),
    ("post", "/alerts/{number}/acknowledge", "", {}, 400),
    ("post", "/alerts/99/acknowledge", "", BY, 404),
    ("post", "/alerts/{number}/expected", "", BY, 200),
    ("post", "/alerts/{number}/expected", "", {}, 400),
    ("post", "/alerts/99/expected", "", BY, 404),
    ("get", "/deliveries", "?alert=1&limit=9", None, 200),
    ("get", "/deliveries", "?alert=none", None, 400),
    ("post", "/silences", "", {**WISH, "for": "2h"}, 201),
    ("post", "/silences", "", {**WISH, "end": "2026-11-21T00:00:00Z"}, 201),
    ("post", "/silences", "", WISH, 400),
    ("get", "/silences", "?over=true", None, 200),
    ("get", "/silences", "?over=maybe", None, 400),
    ("delete", "/silences/{number}", "?by=Anna", None, 200),
    ("delete", "/silences/{number}", "", None, 400),
    ("delete", "/silences/99", "?by=Anna", None, 404),
]


@pytest.fixture
async def replies(tmp_path: Path) -> list[tuple[dict[str, Any], int, Reply]]:
    """What the document says of each call, and what came back; all of one life."""
    async with open_store(blank(tmp_path)) as store, caller(store) as page:
        number = await told(store)
        came = []
        for method, path, query, body, status in CALLS:
            url = path.replace("{number}", str(number)) + query
            reply = await page.call(method.upper(), url, json=body)
            came.append((operation(method, path), status, reply))
    return came


def operation(method: str, path: str) -> dict[str, Any]:
    said = DOCUMENT["paths"][path.replace("99", "{number}")][method]
    return dict(said)


def validator(schema: object) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**DOCUMENT, "allOf": [schema]})


def content_of(said: dict[str, Any]) -> Any:
    if "$ref" in said:
        said = DOCUMENT["components"]["responses"][said["$ref"].rpartition("/")[2]]
    return said["content"]["application/json"]["schema"]


async def test_every_path_answers_as_the_document_says(
    replies: list[tuple[dict[str, Any], int, Reply]],
) -> None:
    for said, status, reply in replies:
        assert reply.status == status, reply.told
        validator(content_of(said["responses"][str(status)])).validate(reply.told)


async def test_the_document_is_what_the_page_gives_out(
    replies: list[tuple[dict[str, Any], int, Reply]],
) -> None:
    assert replies[0][2].told == DOCUMENT


def test_bodies_that_are_taken_are_those_the_document_allows() -> None:
    for method, path, _, body, status in CALLS:
        if body is not None and status != 404:
            said = operation(method, path)["requestBody"]
            assert validator(content_of(said)).is_valid(body) is (status < 300), (path, body)


def test_every_call_of_the_document_is_made_here() -> None:
    asked = {(method, path) for method, path, *_ in CALLS if "99" not in path}

    assert asked == {
        (method, path) for path, methods in DOCUMENT["paths"].items() for method in methods
    }


def test_the_document_knows_every_route_and_no_other(tmp_path: Path) -> None:
    app = Api(Store.__new__(Store), HandClock(NOW), Secret("x")).application()
    routes = {
        (route.method.lower(), re.sub(r"\{(\w+):[^}]*\}+", r"{\1}", path_of(route)))
        for route in app.router.routes()
        if route.method != "HEAD"
    }

    assert routes == {
        (method, path) for path, methods in DOCUMENT["paths"].items() for method in methods
    }


def path_of(route: Any) -> str:
    info = route.resource.get_info()
    return str(info.get("path") or info["formatter"])


def test_all_that_needs_the_token_is_what_writes() -> None:
    for method, said in operations():
        assert (said.get("security", DOCUMENT["security"]) == []) is (method == "get")
        assert ({"401", "403"} <= set(said["responses"])) is (method != "get")


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in DOCUMENT["paths"].values():
        yield from methods.items()
