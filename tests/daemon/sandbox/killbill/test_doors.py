"""Who is let in to the stand-in for Kill Bill."""

import base64

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from daemon.sandbox.killbill.doors import Doors


def _request(login: str = "", key: str = "", secret: str = "") -> web.Request:
    tenant = {"X-Killbill-ApiKey": key, "X-Killbill-ApiSecret": secret}
    return make_mocked_request("GET", "/", headers={"Authorization": login} | tenant)


def _basic(text: bytes) -> str:
    return f"Basic {base64.b64encode(text).decode()}"


@pytest.mark.parametrize(
    ("login", "user"),
    [
        (_basic(b"admin:pw"), "admin"),
        (_basic(b"admin:pw").replace("Basic", "BASIC"), "admin"),
        (_basic(b"admin:other"), None),
        (_basic(b"nobody:pw"), None),
        (_basic(b"\xff\xfe"), None),
        ("Basic not-base64!", None),
        ("Bearer YWRtaW46cHc=", None),
        ("", None),
    ],
)
def test_a_user_is_known_by_name_and_password(login: str, user: str | None) -> None:
    assert Doors(users={"admin": "pw"}).user(_request(login)) == user


def test_anybody_is_a_user_where_none_is_named_but_nobody_is_not() -> None:
    assert Doors().user(_request(_basic(b"x:"))) == "x"
    assert Doors().user(_request(_basic(b":y"))) is None


def test_a_tenant_is_known_by_key_and_secret() -> None:
    doors = Doors(tenants={"key": "secret"})

    assert doors.open_to_tenant(_request(key="key", secret="secret"))
    assert not doors.open_to_tenant(_request(key="key", secret="other"))
    assert not doors.open_to_tenant(_request(key="key"))
    assert Doors().open_to_tenant(_request(key="any", secret="one"))
    assert not Doors().open_to_tenant(_request())
