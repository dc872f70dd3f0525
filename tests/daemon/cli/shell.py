"""A shell to type commands into, and what they are usually told about."""

from pathlib import Path

from click.testing import CliRunner, Result

from daemon.cli import main

ROOT = Path(__file__).parent.parent.parent.parent
EXAMPLE = ROOT / "config.example.yaml"
CONFIG = """\
page: null
sources:
  voices: {type: supertone.usage, key: "${env:KEY}"}
rules:
  busy: {kind: threshold, source: voices, above: 10, tell: []}
destinations: {}
"""
USAGE = """\
source,metric,timestamp,value,voice_id
voices,minutes,2026-11-20T10:00:00Z,3,agatha
voices,minutes,2026-11-20T11:00:00Z,30,agatha
voices,minutes,2026-11-20T12:00:00Z,3,agatha
"""


def meterwatch(*words: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env=environment)
