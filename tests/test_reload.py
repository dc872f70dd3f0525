"""A running daemon, a real process, is asked with SIGHUP to read its configuration again."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import WallClock
from daemon.http import Call, open_http
from daemon.sandbox.incidents import Script
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import World

CONFIG = """
store: {{url: "sqlite:///{state}/meterwatch.db"}}
page: {{listen: "127.0.0.1:0"}}
sources:
  credits: {{type: supertone.credits, key: "${{file:{state}/key}}", url: "{vendor}"}}
rules:
  low-credits: {{kind: threshold, source: credits, below: 20000, id: r1}}
destinations:
  ops-file: {{type: file, path: "{state}/letters.jsonl"}}
  ops-slack: {{type: slack, token: "${{file:{state}/key}}", channel: C0123456789,
              url: "{slack}/api/"}}
"""
SAME = "says what it said before"
WATCHING = "watching credits"


@dataclass
class Gate:
    """Who comes here waits while it is shut."""

    came: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def passed(self) -> None:
        self.came += 1
        await self.open.wait()


@dataclass
class Town:
    """A daemon, and what it stands among."""

    state: Path
    text: str
    slack: SlackStandIn
    vendor_gate: Gate
    slack_gate: Gate
    log: list[str] = field(default_factory=list)
    daemon: Process | None = None

    @property
    def config(self) -> Path:
        return self.state / "config.yaml"

    async def run(self) -> None:
        command = (sys.executable, "-m", "daemon", "run", "--config", str(self.config))
        self.daemon = await asyncio.create_subprocess_exec(*command, stderr=PIPE, env=os.environ)
        assert self.daemon.stderr is not None
        async for line in self.daemon.stderr:
            self.log.append(line.decode())

    def said(self, words: str) -> int:
        return sum(words in line for line in self.log)

    async def until(self, true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(20):
                while not true():
                    if self.daemon is not None and self.daemon.returncode is not None:
                        raise TimeoutError
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail("".join(self.log))

    def hang_up(self) -> None:
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGHUP)

    def save(self, text: str) -> None:
        """As an editor does: beside it, and then in its place."""
        beside = self.config.with_suffix(".tmp")
        beside.write_text(text)
        beside.replace(self.config)

    def mount(self, text: str) -> None:
        """As a ConfigMap is: a link to a link, which is swapped."""
        folder = self.state / f"..{len(list(self.state.glob('..*')))}"
        folder.mkdir()
        (folder / "config.yaml").write_text(text)
        (self.state / "..new").symlink_to(folder.name)
        (self.state / "..new").replace(self.state / "..data")
        if not self.config.is_symlink():
            self.config.unlink()
            self.config.symlink_to("..data/config.yaml")

    def heard(self) -> list[tuple[str, str]]:
        path = self.state / "letters.jsonl"
        lines = map(json.loads, path.read_text().splitlines()) if path.exists() else ()
        return [(line["rule"], line["change"]) for line in lines]

    async def reload_ok(self) -> str:
        address = re.search(r"metrics at (\S+)", "".join(self.log))
        assert address is not None
        async with open_http() as http:
            page = (await http.send(Call(f"{address[1]}/metrics"))).body.decode()
        found = re.search(r"^meterwatch_last_reload_ok (\S+)$", page, re.MULTILINE)
        assert found is not None
        return found[1]


def through(gate: Gate, path: str = "") -> Callable[..., object]:
    @web.middleware
    async def wait(request: web.Request, handler: Handler) -> web.StreamResponse:
        if path in request.path:
            await gate.passed()
        return await handler(request)

    return wait


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = WallClock()
    start, gates = clock.now(), (Gate(), Gate())
    world = World(seed=1, began=start - timedelta(days=90))
    vendor = SupertoneStandIn(world, Script(start, opening=9_000), clock).app()
    vendor.middlewares.append(through(gates[0]))  # type: ignore[arg-type]
    slack = SlackStandIn(clock, paced=False)
    slack_app = slack.app()
    slack_app.middlewares.append(through(gates[1], "chat.postMessage"))  # type: ignore[arg-type]
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_text("one\n")
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serve(one)) for one in (vendor, slack_app)]
        text = CONFIG.format(state=tmp_path, vendor=urls[0], slack=urls[1])
        town = Town(tmp_path, text, slack, *gates)
        town.save(text)
        life = asyncio.create_task(town.run())
        await town.until(lambda: town.said(WATCHING) == 1)
        try:
            yield town
            assert town.daemon is not None
            town.daemon.terminate()
            await asyncio.wait_for(life, 20)
            assert await town.daemon.wait() == 0
        finally:
            if town.daemon is not None and town.daemon.returncode is None:
                town.daemon.kill()
            await asyncio.gather(life, return_exceptions=True)


FIRST = [("low-credits", "opened")]
UNUSABLE = "unusable configuration"
LEFT_OUT = "source left out"
SPARE = (
    "{{type: supertone.credits, key: '${{file:{state}/spare-key}}', url: 'http://127.0.0.1:9', "
    "optional: true}}"
)


async def test_one_that_cannot_be_used_is_told_and_changes_nothing(town: Town) -> None:
    await town.until(lambda: town.heard() == FIRST and len(town.slack.messages) == 1)
    asked = town.vendor_gate.came
    assert await town.reload_ok() == "1.0"

    town.save(town.text.replace("below:", "bellow:") + "colour: red\n")
    town.hang_up()
    await town.until(lambda: (UNUSABLE, "opened") in town.heard())
    await town.until(lambda: len(town.slack.messages) == 2)
    assert await town.reload_ok() == "0.0"
    assert town.said("cannot be used: ") >= 2
    assert (town.said("bellow"), town.said("colour")) != (0, 0)

    town.save(town.text)
    town.hang_up()
    await town.until(lambda: (UNUSABLE, "resolved") in town.heard())
    assert await town.reload_ok() == "1.0"

    before, told = town.said(SAME), town.heard()
    for _ in range(10):
        town.hang_up()
    await town.until(lambda: town.said(SAME) > before)
    town.save(f"# Nothing but a comment.\n{town.text}")
    before = town.said(SAME)
    town.hang_up()
    await town.until(lambda: town.said(SAME) > before)

    assert (town.vendor_gate.came, town.said(WATCHING)) == (asked, 1), "nothing was polled or reset"
    assert town.heard() == told


async def test_a_source_that_can_be_done_without_is_left_out_loudly_and_comes_back(
    town: Town,
) -> None:
    await town.until(lambda: town.heard() == FIRST)
    other = town.text.replace(
        "sources:\n", f"sources:\n  spare: {SPARE.format(state=town.state)}\n"
    )
    other = other.replace(
        "rules:\n", "rules:\n  spare-low: {kind: threshold, source: spare, below: 1}\n"
    )

    town.save(other.replace("optional: true", "optional: false"))
    town.hang_up()
    await town.until(lambda: (UNUSABLE, "opened") in town.heard())
    town.save(other)
    town.hang_up()
    await town.until(lambda: (LEFT_OUT, "opened") in town.heard())
    assert town.said("cannot be read: spare: file") == 1
    assert town.said("watching spare, credits") == 1
    asked = town.vendor_gate.came

    (town.state / "spare-key").touch(0o600)
    (town.state / "spare-key").write_text("two\n")
    town.hang_up()
    await town.until(lambda: (LEFT_OUT, "resolved") in town.heard())
    assert town.vendor_gate.came > asked
    assert town.heard().count((LEFT_OUT, "opened")) == 1


async def test_whatever_puts_a_file_there_it_is_the_newest_that_counts(town: Town) -> None:
    await town.until(lambda: town.heard() == FIRST)

    town.mount(town.text.replace("low-credits", "few-credits"))
    town.hang_up()
    await town.until(lambda: town.said("low-credits is called few-credits now") == 1)
    await town.until(lambda: town.said(WATCHING) == 2)

    (town.state / "key").write_text("two\n")  # the secret alone
    town.hang_up()
    await town.until(lambda: town.said(WATCHING) == 3)

    for limit in range(19_000, 9_000, -1_000):
        town.mount(town.text.replace("20000", str(limit)).replace("low-credits", "few-credits"))
        town.hang_up()
    town.mount(town.text.partition("rules:")[0] + "destinations:" + town.text.split("ations:")[1])
    town.hang_up()
    await town.until(lambda: town.heard() == [*FIRST, ("few-credits", "resolved")])
    assert len(town.slack.messages) == 1, "the message that told of it says what became of it"


async def test_what_runs_finishes_first_and_nothing_is_said_twice(town: Town) -> None:
    await town.until(lambda: len(town.slack.messages) == 1)
    town.vendor_gate.open.clear()
    asked = town.vendor_gate.came
    town.save(town.text.replace("20000", "19000"))
    town.hang_up()
    await town.until(lambda: town.vendor_gate.came > asked)  # a poll hangs

    town.slack_gate.open.clear()
    posted = town.slack_gate.came
    town.save("nothing: of use")
    town.hang_up()
    await town.until(lambda: town.slack_gate.came > posted)  # and a message is on its way
    town.save(town.text)
    town.hang_up()
    await town.until(lambda: town.said("what runs may finish under the old one") == 2)
    assert town.said(WATCHING) == 2

    town.vendor_gate.open.set()
    town.slack_gate.open.set()
    await town.until(lambda: town.said(WATCHING) == 3)
    await town.until(lambda: (UNUSABLE, "resolved") in town.heard())
    assert len(town.slack.messages) == 2
    assert town.heard()[0] == FIRST[0]
    assert sorted(town.heard()[1:]) == [(UNUSABLE, "opened"), (UNUSABLE, "resolved")]
