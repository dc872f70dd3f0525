"""The block of whoever outside is told that all is well."""

from datetime import timedelta

import pytest

from daemon.config.settings import HeartbeatConfig
from tests.daemon.config.plugins import HELD, complaints, read

SOURCE = "sources:\n  voices: {type: tts, key: '${env:KEY}'}\n"


def test_without_the_block_nobody_outside_is_told() -> None:
    assert read(SOURCE).heartbeat is None
    assert read(f"{SOURCE}heartbeat: null\n").heartbeat is None


def test_a_heartbeat_has_an_address_and_a_pace() -> None:
    beat = read(f"{SOURCE}heartbeat: {{url: '${{env:KEY}}', every: 1m}}\n").heartbeat

    assert isinstance(beat, HeartbeatConfig)
    assert beat.url.reveal() == HELD
    assert (beat.every, beat.timeout) == (timedelta(minutes=1), timedelta(seconds=10))
    assert beat.fail_url is None
    assert HELD not in repr(beat)


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("{}", "missing key 'url'"),
        ("{url: 'https://hc.example/1'}", "a secret is never written here"),
        ("{url: '${env:KEY}', every: 29s}", "at least 30s"),
        ("{url: '${env:KEY}', evry: 5m}", "every"),
    ],
)
def test_what_is_wrong_with_it_is_said_where_it_stands(block: str, why: str) -> None:
    [found] = complaints(f"{SOURCE}heartbeat: {block}\n")

    assert "heartbeat" in found
    assert why in found
