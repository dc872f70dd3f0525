"""A secret shows itself only when asked to by name."""

from daemon.secret import Secret


def test_a_secret_is_stars_wherever_it_is_printed() -> None:
    secret = Secret("xoxb-1")

    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"
    assert secret.reveal() == "xoxb-1"
