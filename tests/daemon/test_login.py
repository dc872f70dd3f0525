import base64

import pytest

from daemon.login import Login
from daemon.secret import Secret

PAIR = base64.b64encode("ops:pä".encode()).decode()


def test_a_token_is_borne() -> None:
    assert Login(token=Secret("t")).sent() == {"Authorization": "Bearer t"}


def test_a_name_and_its_password_are_a_basic_login() -> None:
    login = Login(username="ops", password=Secret("pä"))

    assert login.sent() == {"Authorization": f"Basic {PAIR}"}
    assert {one.reveal() for one in login.secrets()} == {"pä", PAIR}


def test_headers_are_sent_as_they_are() -> None:
    login = Login(headers={"X-Scope-OrgID": "a", "X-Key": Secret("k")})

    assert login.sent() == {"X-Scope-OrgID": "a", "X-Key": "k"}
    assert [one.reveal() for one in login.secrets()] == ["k"]


def test_a_secret_is_hidden_whole_and_without_the_word_before_it() -> None:
    login = Login(headers={"Authorization": Secret("Bearer abc"), "X": Secret(" ")})

    assert {one.reveal() for one in login.secrets()} == {"Bearer abc", "abc", " "}
    assert "abc" not in repr(login)


@pytest.mark.parametrize(
    ("login", "keys"),
    [
        (Login(), ()),
        (Login(headers={"X-Scope-OrgID": "a"}), ()),
        (Login(token=Secret("t")), ("token",)),
        (Login(username="a", password=Secret("b")), ("password",)),
        (Login(token=Secret("t"), headers={"X-Key": Secret("k")}), ("token", "headers")),
    ],
)
def test_the_settings_to_look_at_are_those_that_hold_secrets(
    login: Login, keys: tuple[str, ...]
) -> None:
    login.check()

    assert login.keys() == keys


@pytest.mark.parametrize(
    ("login", "words"),
    [
        (Login(username="a"), "username: expected it and password together"),
        (Login(password=Secret("a")), "username: expected it and password together"),
        (
            Login(token=Secret("t"), username="a", password=Secret("b")),
            "token: expected it or a username",
        ),
        (Login(headers={"a b": "c"}), "headers: expected the name of a header, got 'a b'"),
        (Login(headers={"": "c"}), "headers: expected the name of a header"),
        (
            Login(token=Secret("t"), headers={"authorization": Secret("c")}),
            "headers: expected no authorization beside token",
        ),
    ],
)
def test_what_is_no_login_is_refused(login: Login, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        login.check()


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "X-Api-Key", "apikey", "X-Auth-Token", "key", "X_SECRET"]
)
def test_a_secret_is_not_written_out(name: str) -> None:
    with pytest.raises(ValueError, match=f"headers: {name} is a secret; write") as caught:
        Login(headers={name: "abc"}).check()

    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("name", ["Accept", "X-Scope-OrgID", "X-Keyboard", "X-Token-Type"])
def test_other_headers_are_no_secret(name: str) -> None:
    Login(headers={name: "abc"}).check()
