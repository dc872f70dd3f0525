"""The blocks of a configuration, and what each becomes once it is checked."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator
from pydantic import Field as Key

from daemon.config import spelling
from daemon.config.durations import spell_duration
from daemon.config.settings import Config, LogConfig, PageConfig, StoreConfig
from daemon.notifier import Destination
from daemon.planned.occasion import Occasion
from daemon.recorder import Ledger
from daemon.source import Feed
from rules.alert import Policy
from rules.rule import Rule

FEED = ("every", "history", "grace", "max_series", "check_units")
LEDGER = ("source", "metric", "where", "wait", "tell")
OCCASION = ("source", "where")
RULE = ("source", "metric", "where", "by", "tell", "severity", "summary", "runbook")
POLICY = ("for_", "resolve_after")

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
    tell: tuple[str, ...] | None

    def rule(self, name: str, everyone: tuple[str, ...]) -> Rule:
        policy = Policy(**self.held(POLICY))
        made = Rule(name=name, kind=self._made, policy=policy, **self.held(RULE))
        return replace(made, tell=everyone) if self.tell is None else made


class RecorderBlock(PluginBlock):
    source: str
    wait: timedelta | None
    tell: tuple[str, ...] | None

    def ledger(self, name: str, feeds: Iterable[Feed], everyone: tuple[str, ...]) -> Ledger:
        made = Ledger(name=name, recorder=self._made, **self.held(LEDGER))
        if self.wait is None:
            [feed] = (feed for feed in feeds if feed.name == self.source)
            made = replace(made, wait=feed.source.revises)
        return replace(made, tell=everyone) if self.tell is None else made


class DestinationBlock(PluginBlock):
    def destination(self, name: str) -> Destination:
        return Destination(name=name, notifier=self._made)


class PlannedBlock(PluginBlock):
    def occasion(self, name: str) -> Occasion:
        return Occasion(name=name, when=self._made, **self.held(OCCASION))


class PageBlock(Block):
    """The status page. `page: null` switches it off."""

    listen: spelling.Listen = Key(
        default=(_PAGE.host, _PAGE.port),
        description="Address and port. Port 0 lets the system choose one.",
        json_schema_extra={"default": f"{_PAGE.host}:{_PAGE.port}"},
    )


class Root(Block):
    """The configuration of Meterwatch."""

    store: Block
    page: PageBlock | None = Key(default_factory=PageBlock)
    log: Block
    sources: dict[str, SourceBlock]
    rules: dict[str, RuleBlock]
    recorders: dict[str, RecorderBlock]
    destinations: dict[str, DestinationBlock]
    planned: dict[str, PlannedBlock]

    def config(self) -> Config:
        everyone = tuple(self.destinations)
        feeds = tuple(block.feed(name) for name, block in self.sources.items())
        return Config(
            feeds=feeds,
            rules=tuple(block.rule(name, everyone) for name, block in self.rules.items()),
            ledgers=tuple(
                block.ledger(name, feeds, everyone) for name, block in self.recorders.items()
            ),
            destinations=tuple(each.destination(name) for name, each in self.destinations.items()),
            planned=tuple(each.occasion(name) for name, each in self.planned.items()),
            store=StoreConfig(**self.store.held(each.name for each in fields(StoreConfig))),
            page=None if self.page is None else PageConfig(*self.page.listen),
            log=LogConfig(**self.log.held(each.name for each in fields(LogConfig))),
        )
