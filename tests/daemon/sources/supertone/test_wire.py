"""The shapes of Supertone's answers."""

from daemon.sources.supertone.wire import VoiceDay
from tests.daemon.sources.vendor import NOW


def test_a_missing_style_is_not_an_empty_one() -> None:
    day = NOW.date()

    assert VoiceDay(day, "a", 1.0).labels() == (("voice_id", "a"),)
    assert VoiceDay(day, "a", 1.0, style="").labels() == (("style", ""), ("voice_id", "a"))
