"""A secret shows itself only when asked to by name."""

from daemon.secret import Secret


def test_a_secret_is_stars_wherever_it_is_printed() -> None:
    secret = Secret("xoxb-1")

    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"
    assert secret.reveal() == "xoxb-1"


def test_a_secret_that_is_changed_on_disk_is_the_new_one_from_then_on() -> None:
    held: list[str | None] = ["xoxb-2"]
    secret = Secret("xoxb-1", lambda: held[0])

    assert secret.reveal() == "xoxb-2"
    held[0] = None  # it is being replaced
    assert secret.reveal() == "xoxb-1"
    assert "xoxb" not in repr(secret)
    assert secret == Secret("xoxb-1")
