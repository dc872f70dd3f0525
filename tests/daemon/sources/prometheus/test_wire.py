import math

import pytest

from daemon.login import Login
from daemon.secret import Secret
from daemon.sources.prometheus.wire import endpoint, number


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("12.5", 12.5), ("-3", -3), ("1e+06", 1e6), (".5", 0.5)]
)
def test_a_sample_is_a_number_in_text(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["NaN", "Inf", "+Inf", "-Inf"])
def test_a_server_says_in_text_that_there_is_no_number(text: str) -> None:
    told = number(text)

    assert told is not None
    assert math.isnan(told)


@pytest.mark.parametrize("text", ["", " 1", "1_0", "nan", "infinity", "0x1", "1e", "٣"])
def test_any_other_text_is_no_sample(text: str) -> None:
    assert number(text) is None


def test_the_settings_to_look_at_are_those_of_the_login() -> None:
    both = Login(token=Secret("t"), headers={"X-Scope-OrgID": Secret("o")})

    assert endpoint("a", "http://h", both).dialect.keys == "token and headers"
    assert endpoint("a", "http://h", Login()).dialect.keys == "token"
