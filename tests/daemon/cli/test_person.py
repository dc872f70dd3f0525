"""Who types is known by name, or by number; what they match is labels with patterns."""

import click
import pytest

from daemon.cli.person import login, patterns_in


def test_a_user_without_a_name_is_known_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 65_532)

    assert login() == "user 65532"


def test_a_label_that_is_named_twice_has_both_patterns() -> None:
    told = ("rule=voice-*", "voice_id=a=b", "voice_id=c*")

    assert patterns_in(told, "--match") == {"rule": ("voice-*",), "voice_id": ("a=b", "c*")}


@pytest.mark.parametrize("pair", ["rule", "=x", "rule=", ""])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(click.BadParameter, match="expected LABEL=PATTERN such as"):
        patterns_in([pair], "--match")
