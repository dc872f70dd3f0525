"""Has the rules say what they say of a world: by the real command, or in this very process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from bench.world.judge import Alarm
from bench.world.make import SOURCE, World
from daemon.config import load
from daemon.config.placeholders import Placeholders
from daemon.replay import Span, replay
from daemon.table import write_table
from rules.alert import Change
from rules.kinds import KINDS
from rules.series import labels_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROOT = Path(__file__).resolve().parents[2]
WATCHING = ("spike", "drop", "silence", "shift", "newcomer", "mix")
"""The kinds that are tried, as far as they are on the shelf."""
SECRET = "BENCH_TOKEN"  # noqa: S105
SOURCES = f"""\
sources:
  {SOURCE}:
    type: http_json
    url: http://127.0.0.1:9
    path: /usage
    query: {{ start: "{{start}}", end: "{{end}}" }}
    token: ${{env:{SECRET}}}
    measure: amount
    absent: zero
    unit: minutes
    metric: usage
    rows: data[]
    time: at
    value: minutes
    labels: {{ voice_id: voice }}
    bucket: 1h
    history: 365d
destinations:
  terminal:
    type: console
rules:
"""


@dataclass(frozen=True, slots=True)
class Watcher:
    """A rule of some kind, with these settings beside its defaults, as YAML has them."""

    name: str
    kind: str
    settings: Mapping[str, str]

    def yaml(self) -> str:
        lines = [f"  {self.name}:", f"    kind: {self.kind}", f"    source: {SOURCE}"]
        lines += [f"    {name}: {value}" for name, value in self.settings.items()]
        return "\n".join(lines) + "\n"


def watchers(kinds: Sequence[str], rates: Sequence[str | None] = (None,)) -> list[Watcher]:
    """A rule for each kind and rate of false alarms; None, and a kind without: its default."""
    return [
        Watcher(kind if rate is None else f"{kind}.{rate.replace(' ', '-')}", kind, _asking(rate))
        for kind in kinds
        for rate in (rates if asks(kind) else (None,))
    ]


def ready(kinds: Sequence[str] = WATCHING) -> list[str]:
    """Those on the shelf that need no setting."""
    return [
        kind
        for kind in kinds
        if kind in KINDS
        and all(it.default is not MISSING or it.default_factory is not MISSING for it in _of(kind))
    ]


def asks(kind: str) -> bool:
    """Whether it can be asked for so many false alarms."""
    return any(it.name == "false_alarms" for it in _of(kind))


def by_command(world: World, watching: Sequence[Watcher]) -> list[Alarm]:
    """What `meterwatch replay` prints, run for real over a file of usage."""
    with TemporaryDirectory(prefix="worlds-") as folder:
        data, config = Path(folder, "usage.csv"), _config(folder, watching)
        with data.open("w") as out:
            write_table([world.panel], out)
        command = [sys.executable, "-m", "daemon", "replay", "--config", str(config)]
        ran = subprocess.run(
            [*command, "--data", str(data), "--format", "json"],
            cwd=ROOT,
            env=os.environ | {SECRET: "none"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    kinds = {it.name: it.kind for it in watching}
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    return [
        Alarm(
            line["rule"],
            kinds[line["rule"]],
            labels_of(line["series"]),
            world.panel.row(datetime.fromisoformat(line["at"])),
        )
        for line in told
        if line["change"] == Change.OPENED
    ]


def in_process(world: World, watching: Sequence[Watcher]) -> list[Alarm]:
    """The same rules, read from the same YAML, without the way through a file of usage."""
    with TemporaryDirectory(prefix="worlds-") as folder:
        config = load(_config(folder, watching), Placeholders({SECRET: "none"}))
    kinds = {it.name: it.kind for it in watching}
    return [
        Alarm(
            event.alert.rule,
            kinds[event.alert.rule],
            event.alert.series.labels,
            world.panel.row(event.verdict.at),
        )
        for event in replay(config.rules, [world.panel], Span())
        if event.change is Change.OPENED
    ]


def _config(folder: str, watching: Sequence[Watcher]) -> Path:
    path = Path(folder, "worlds.yaml")
    path.write_text(SOURCES + "".join(it.yaml() for it in watching))
    return path


def _asking(rate: str | None) -> Mapping[str, str]:
    return {} if rate is None else {"false_alarms": rate}


def _of(kind: str) -> "tuple[Field[Any], ...]":
    return fields(cast("type[DataclassInstance]", KINDS[kind]))
