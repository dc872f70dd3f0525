"""The blocks of a configuration, and what each becomes once it is checked."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator
from pydantic import Field as Key

from daemon.config import spelling
from daemon.config.durations import spell_duration
from daemon.config.settings import Config, HeartbeatConfig, LogConfig, PageConfig, StoreConfig
from daemon.notifier import Destination
from daemon.planned.occasion import Occasion
from daemon.planned.weekly import Weekly
from daemon.recorder import Ledger
from daemon.report.asked import Report
from daemon.source import Feed
from rules.alert import Policy
from rules.inhibition import Inhibition
from rules.route import Escalation, Route
from rules.rule import Rule

FEED = ("every", "history", "grace", "max_series", "check_units", "optional")
DESTINATION = ("fallback",)
LEDGER = ("source", "metric", "where", "wait", "tell")
OCCASION = ("source", "where")
RULE = ("source", "metric", "where", "by", "tell", "labels", "severity", "summary", "runbook", "id")
POLICY = ("for_", "resolve_after", "patience")

_PAGE = PageConfig()


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, protected_namespaces=())

    def held(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}


class PluginBlock(Block):
    """Keys that all plugins of a shelf share, and one plugin's own.

    What the plugin itself refuses becomes a complaint at the block, or at a key of it where the
    message begins with that key: `ValueError("offset: expected ...")`.
    """

    makes: ClassVar[type]
    _made: Any = PrivateAttr()

    @model_validator(mode="after")
    def _make(self) -> Self:
        try:
            self._made = self.makes(**self.held(each.name for each in fields(self.makes)))
        except ValueError as error:
            key, colon, why = str(error).partition(": ")
            known = {each.alias or name for name, each in type(self).model_fields.items()}
            if colon and key in known:
                raise spelling.refused(why, at=key) from None
            raise spelling.refused(str(error)) from None
        return self


class SourceBlock(PluginBlock):
    history: timedelta

    @model_validator(mode="after")
    def _reaches(self) -> Self:
        revises: timedelta = self._made.revises
        if self.history < revises:
            why = f"expected at least {spell_duration(revises)}, which the vendor may still revise"
            raise spelling.refused(f"{why}; got {spell_duration(self.history)}", at="history")
        return self

    def feed(self, name: str) -> Feed:
        return Feed(name=name, source=self._made, **self.held(FEED))


class RuleBlock(PluginBlock):
    def rule(self, name: str) -> Rule:
        policy = Policy(**self.held(POLICY))
        return Rule(name=name, kind=self._made, policy=policy, **self.held(RULE))


class RecorderBlock(PluginBlock):
    source: str
    wait: timedelta | None

    def ledger(self, name: str, feeds: Iterable[Feed]) -> Ledger:
        made = Ledger(name=name, recorder=self._made, **self.held(LEDGER))
        if self.wait is None:
            [feed] = (feed for feed in feeds if feed.name == self.source)
            made = replace(made, wait=feed.source.revises)
        return made


class DestinationBlock(PluginBlock):
    def destination(self, name: str) -> Destination:
        return Destination(name=name, notifier=self._made, **self.held(DESTINATION))


class PlannedBlock(PluginBlock):
    def occasion(self, name: str) -> Occasion:
        return Occasion(name=name, when=self._made, **self.held(OCCASION))


class ReportBlock(PluginBlock):
    tell: tuple[str, ...]

    def report(self, name: str, everyone: tuple[str, ...]) -> Report:
        return Report(name=name, asked=self._made, tell=self.tell or everyone)


class EscalateBlock(Block):
    def escalation(self) -> Escalation:
        return Escalation(**self.held(each.name for each in fields(Escalation)))


class QuietBlock(PluginBlock):
    def hours(self) -> Weekly:
        made: Weekly = self._made
        return made


class RouteBlock(Block):
    escalate: EscalateBlock | None
    quiet: tuple[QuietBlock, ...] | None
    routes: tuple["RouteBlock", ...]

    def route(self) -> Route:
        blocks = ("escalate", "quiet", "routes")
        plain = (each.name for each in fields(Route) if each.name not in blocks)
        return Route(
            **self.held(plain),
            escalate=None if self.escalate is None else self.escalate.escalation(),
            quiet=None if self.quiet is None else tuple(each.hours() for each in self.quiet),
            routes=tuple(each.route() for each in self.routes),
        )


class InhibitBlock(Block):
    def inhibition(self) -> Inhibition:
        return Inhibition(**self.held(each.name for each in fields(Inhibition)))


class PageBlock(Block):
    """The status page. `page: null` switches it off."""

    listen: spelling.Listen = Key(
        default=(_PAGE.host, _PAGE.port),
        description="Address and port. Port 0 lets the system choose one.",
        json_schema_extra={"default": f"{_PAGE.host}:{_PAGE.port}"},
    )
    token: spelling.SecretText | None = Key(
        default=None,
        description="What programs must know to acknowledge and to silence over /api; by "
        "reference. Left out: there they can only read.",
    )


class Root(Block):
    """The configuration of Meterwatch."""

    store: Block
    page: PageBlock | None = Key(default_factory=PageBlock)
    log: Block
    heartbeat: Block | None
    sources: dict[str, SourceBlock]
    rules: dict[str, RuleBlock]
    recorders: dict[str, RecorderBlock]
    destinations: dict[str, DestinationBlock]
    route: RouteBlock | None
    inhibit: tuple[InhibitBlock, ...]
    planned: dict[str, PlannedBlock]
    reports: dict[str, ReportBlock]

    def config(self) -> Config:
        feeds = tuple(block.feed(name) for name, block in self.sources.items())
        return Config(
            feeds=feeds,
            rules=tuple(block.rule(name) for name, block in self.rules.items()),
            ledgers=tuple(block.ledger(name, feeds) for name, block in self.recorders.items()),
            destinations=tuple(each.destination(name) for name, each in self.destinations.items()),
            route=self._route(),
            inhibitions=tuple(each.inhibition() for each in self.inhibit),
            planned=tuple(each.occasion(name) for name, each in self.planned.items()),
            reports=tuple(
                each.report(name, tuple(self.destinations)) for name, each in self.reports.items()
            ),
            store=StoreConfig(**self.store.held(each.name for each in fields(StoreConfig))),
            page=None if self.page is None else PageConfig(*self.page.listen, self.page.token),
            log=LogConfig(**self.log.held(each.name for each in fields(LogConfig))),
            heartbeat=self._heartbeat(),
        )

    def _route(self) -> Route:
        """The tree, which at the top tells everyone unless it says whom."""
        top = Route() if self.route is None else self.route.route()
        return top if top.tell else replace(top, tell=tuple(self.destinations))

    def _heartbeat(self) -> HeartbeatConfig | None:
        if self.heartbeat is None:
            return None
        return HeartbeatConfig(**self.heartbeat.held(each.name for each in fields(HeartbeatConfig)))
