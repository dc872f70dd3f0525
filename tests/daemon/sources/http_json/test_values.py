from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.sources.http_json.fields import Misfit, Place
from daemon.sources.http_json.values import Form, Times, label, number, zone_of

TEN = datetime(2025, 5, 20, 10, tzinfo=UTC)
TOKYO = zone_of("+09:00")


@pytest.mark.parametrize("value", [0, -3, 1.5, 2**60 + 1, 10**300])
def test_a_number_stays_as_it_is(value: float) -> None:
    told = number(Place(value), numeric_text=False)

    assert told == value
    assert type(told) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-0.5", -0.5), ("9007199254740993", 9007199254740993), ("1e3", 1000.0)],
)
def test_text_is_a_number_only_where_that_was_said(text: str, value: float) -> None:
    assert number(Place(text, "n"), numeric_text=True) == value
    with pytest.raises(Misfit, match=f'`n` is text \\("{text}"\\), expected a number'):
        number(Place(text, "n"), numeric_text=False)


@pytest.mark.parametrize("value", [True, None, [], {}, "", "1,5", "1_000", " 1", "NaN", "٣", "0x1"])
def test_nothing_else_is_a_number(value: Any) -> None:
    with pytest.raises(Misfit, match=r"`n` is .*, expected a number"):
        number(Place(value, "n"), numeric_text=True)


@pytest.mark.parametrize("value", [10**301, -(10**400), "1e400", "9" * 40 + "e300"])
def test_a_number_has_an_end(value: Any) -> None:
    with pytest.raises(Misfit, match="`n` is too large a number"):
        number(Place(value, "n"), numeric_text=True)


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), ("", ""), (7, "7"), (True, "true"), (False, "false")]
)
def test_a_label_is_text_or_written_as_json_writes_it(value: Any, text: str) -> None:
    assert label(Place(value)) == text


@pytest.mark.parametrize("value", [None, 1.5, [], {}])
def test_nothing_else_is_a_label(value: Any) -> None:
    with pytest.raises(Misfit, match="expected text or a whole number"):
        label(Place(value, "l"))


@pytest.mark.parametrize(
    ("form", "value", "moment"),
    [
        ("iso", "2025-05-20T10:00:00Z", TEN),
        ("iso", "2025-05-20T19:00:00+09:00", TEN),
        ("iso", "2025-05-20 10:00", TEN),
        ("iso", "2025-05-20T10:00:00.123456789Z", TEN.replace(microsecond=123456)),
        ("date", "2025-05-20", TEN.replace(hour=0)),
        ("unix", 1747735200, TEN),
        ("unix", "1747735200", TEN),
        ("unix", 1747735200.5, TEN + timedelta(seconds=0.5)),
        ("unix_ms", 1747735200000, TEN),
    ],
)
def test_a_moment_is_read_as_it_was_declared(form: Form, value: Any, moment: datetime) -> None:
    assert Times(form).moment(Place(value)) == moment


def test_a_moment_without_a_zone_is_of_the_zone_that_is_counted() -> None:
    assert Times("date", TOKYO).moment(Place("2025-05-20")) == TEN - timedelta(hours=19)
    assert Times("iso", TOKYO).moment(Place("2025-05-20T19:00:00")) == TEN
    assert Times("iso", TOKYO).moment(Place("2025-05-20T10:00:00Z")) == TEN


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("iso", "2025-05-20", "a moment such as"),
        ("iso", "2025-13-20T10:00:00Z", "a moment such as"),
        ("iso", "20250520T100000Z", "a moment such as"),
        ("iso", "0001-01-01T00:00:00+09:00", "a moment such as"),
        ("iso", 1747735200, "a moment such as"),
        ("date", "2025-05-20T10:00:00Z", "a date such as"),
        ("date", "2025-02-30", "a date such as"),
        ("date", 20250520, "a date such as"),
        ("unix", "2025-05-20", "a number"),
        ("unix", 10**18, "seconds since 1970"),
        ("unix_ms", 10**18, "milliseconds since 1970"),
        ("unix_ms", None, "a number"),
        ("unix", True, "a number"),
    ],
)
def test_what_is_no_moment_is_refused(form: Form, value: Any, expected: str) -> None:
    with pytest.raises(Misfit, match=f"`at` is .*, expected {expected}"):
        Times(form).moment(Place(value, "at"))


@pytest.mark.parametrize(
    ("offset", "hours"), [("+00:00", 0), ("+09:00", 9), ("-03:30", -3.5), ("+14:59", 14 + 59 / 60)]
)
def test_a_zone_is_its_distance_from_utc(offset: str, hours: float) -> None:
    assert zone_of(offset).utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize("offset", ["09:00", "+9:00", "+15:00", "+09:60", "Asia/Tokyo", ""])
def test_nothing_else_is_a_zone(offset: str) -> None:
    with pytest.raises(ValueError, match="offset: expected a distance from UTC"):
        zone_of(offset)
