"""The list shows what is planned, whoever said it."""

import json
from datetime import UTC, datetime

from daemon.planned.listed import Listed, as_json, as_lines
from rules.planned import Planned

START, END = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)
SAID = Listed(Planned("launch", START, END), "once")
MARKED = Listed(
    Planned("load\ntest", START, END, "voices", {"voice_id": ("a*", "b")}),
    number=12,
    by="anna",
    at=END,
)


def test_people_get_a_table() -> None:
    head, said, marked = as_lines([SAID, MARKED])
    span = "2026-11-24T08:00:00Z  2026-11-27T00:00:00Z"

    assert head.split() == ["number", "from", "until", "source", "series", "planned"]
    assert said == f"-       {span}  all     all                     launch, once"
    assert marked.startswith(
        f"12      {span}  voices  voice_id=a* voice_id=b  load test, marked by"
    )
    assert [head.index("planned"), marked.index("load")] == [said.index("launch")] * 2


def test_machines_get_an_object_a_line() -> None:
    said, marked = (json.loads(as_json(each)) for each in (SAID, MARKED))

    assert said == {
        "number": None,
        "name": "launch",
        "from": "2026-11-24T08:00:00Z",
        "until": "2026-11-27T00:00:00Z",
        "source": None,
        "where": {},
        "when": "once",
        "marked_by": None,
        "marked_at": None,
    }
    assert (marked["number"], marked["marked_by"]) == (12, "anna")
    assert marked["marked_at"] == "2026-11-27T00:00:00Z"
    assert marked["where"] == {"voice_id": ["a*", "b"]}
