"""The models that check a configuration, made from the plain dataclasses it is read into."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import Field as Key
from pydantic import GetCoreSchemaHandler, StringConstraints, create_model
from pydantic_core import core_schema

from daemon.config import spelling
from daemon.config.blocks import (
    DESTINATION,
    FEED,
    LEDGER,
    OCCASION,
    POLICY,
    RULE,
    Block,
    DestinationBlock,
    PageBlock,
    PlannedBlock,
    PluginBlock,
    RecorderBlock,
    ReportBlock,
    Root,
    RuleBlock,
    SourceBlock,
)
from daemon.config.descriptions import descriptions, summary
from daemon.config.routing import ROUTE, inhibit_block, route_blocks, routing_keys
from daemon.config.settings import HeartbeatConfig, LogConfig, StoreConfig
from daemon.notifier import Destination, Notifier
from daemon.planned import WHENS
from daemon.planned.occasion import Occasion
from daemon.planned.weekly import Weekly
from daemon.recorder import Ledger, Recorder
from daemon.report.asked import Asked, Report
from daemon.source import Feed, Source
from rules.alert import Policy
from rules.inhibition import Inhibition
from rules.kind import Kind
from rules.route import Escalation, Route
from rules.rule import Rule

SECTIONS: Mapping[str, str] = {
    "sources": "type",
    "rules": "kind",
    "recorders": "type",
    "destinations": "type",
}
"""The sections of named blocks, and the key that tells which plugin a block is for."""

_EXPECTED = "What is expected, and so neither told of nor taken for usual: name to when."
_REPORTED = "What a week or a month came to, told once it is over: name to report."
_LEAST_EVERY = timedelta(seconds=10)
_LEAST_KEEP = timedelta(days=1)
_LEAST_BEAT = timedelta(seconds=30)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]

_SAID = {
    "source": "The name of the source whose series are judged.",
    "tell": "Names of destinations. Default: whom the routes lead to.",
    "severity": "How much it matters; shown in the message.",
    "runbook": "A link to what to do about it, shown in the message.",
    "every": "How often the source is polled; at least 10s.",
}
"""What the dataclasses leave to their names, or mean otherwise than a writer of YAML would."""


@dataclass(frozen=True, slots=True, eq=False)
class Shelves:
    """Every plugin there is, by the word people write for it."""

    sources: Mapping[str, type[Source]]
    notifiers: Mapping[str, type[Notifier]]
    kinds: Mapping[str, type[Kind]]
    recorders: Mapping[str, type[Recorder]]


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """The model of the whole, of each block of settings, and of every plugin's block by its
    section and word."""

    root: type[Root]
    settings: Mapping[str, type[Block]]
    blocks: Mapping[str, Mapping[str, type[Block]]]
    planned: Mapping[str, type[Block]]
    """The block of each way to say when, by the key that only it has."""


@functools.cache
def grammar(shelves: Shelves) -> Grammar:
    blocks: dict[str, dict[str, type[Block]]] = {
        "sources": _plugins("type", shelves.sources, SourceBlock, _feed_keys()),
        "rules": _plugins("kind", shelves.kinds, RuleBlock, _rule_keys()),
        "recorders": _plugins("type", shelves.recorders, RecorderBlock, _ledger_keys()),
        "destinations": _plugins(
            "type", shelves.notifiers, DestinationBlock, _keys(Destination, DESTINATION)
        ),
    }
    planned = _planned()
    store = create_model("Store", __base__=Block, __doc__=summary(StoreConfig), **_store_keys())
    log = create_model("Log", __base__=Block, __doc__=summary(LogConfig), **_keys(LogConfig))
    beat = _heartbeat()
    perhaps: Any = beat | None
    routes = route_blocks(_keys(Route, ROUTE), _keys(Escalation), _keys(Weekly))
    inhibit = inhibit_block(_keys(Inhibition))
    report = _report()
    root = create_model(
        "Configuration",
        __base__=Root,
        __doc__=Root.__doc__,
        store=(store, Key(default_factory=store, description=store.__doc__)),
        log=(log, Key(default_factory=log, description=log.__doc__)),
        heartbeat=(perhaps, Key(default=None, description=beat.__doc__)),
        sources=_named(blocks, "sources", "What is polled: name to source.", least=1),
        rules=_named(blocks, "rules", "What is judged: name to rule."),
        recorders=_named(blocks, "recorders", "What is recorded elsewhere: name to recorder."),
        destinations=_named(blocks, "destinations", "Who is told: name to destination."),
        planned=(
            dict[Name, Annotated[Any, _OneOf(when, planned)]],
            Key(default_factory=dict, description=_EXPECTED),
        ),
        reports=(
            dict[Name, report],  # type: ignore[valid-type]
            Key(default_factory=dict, description=_REPORTED),
        ),
        **routing_keys(routes["route"], inhibit),
    )
    settings: dict[str, type[Block]] = {
        "store": store,
        "page": PageBlock,
        "log": log,
        "heartbeat": beat,
        **routes,
        "inhibit": inhibit,
        "reports": report,
    }
    return Grammar(root, settings, blocks, planned)


@dataclass(frozen=True, slots=True)
class _OneOf:
    """The block of the plugin that a key names, by its word; also where there is only one.

    Or that which a function names, for a value as it was read; None where it knows none.
    """

    key: str | Callable[[object], str | None]
    blocks: Mapping[str, type[Block]]

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        made = {word: handler.generate_schema(block) for word, block in self.blocks.items()}
        return core_schema.tagged_union_schema(made, discriminator=self.key)


def _named(
    blocks: Mapping[str, Mapping[str, type[Block]]], section: str, says: str, *, least: int = 0
) -> tuple[Any, Any]:
    named: Any = dict[Name, Annotated[Any, _OneOf(SECTIONS[section], blocks[section])]]
    if least:
        return named, Key(min_length=least, description=says)
    return named, Key(default_factory=dict, description=says)


def _plugins(
    word: str, shelf: Mapping[str, type], base: type[PluginBlock], shared: Mapping[str, Any]
) -> dict[str, type[Block]]:
    made: dict[str, type[Block]] = {}
    for name, cls in shelf.items():
        own = _keys(cls)
        if both := own.keys() & {word, *shared}:
            raise TypeError(f"{cls.__name__}: {', '.join(both)} is a key that all of them have")
        title = re.sub(r"\W", "_", f"{base.__name__.removesuffix('Block')}_{name}")
        tag = (Literal.__getitem__(name), Key(description=summary(cls)))
        block = create_model(
            title,
            __base__=base,
            __doc__=summary(cls),
            __cls_kwargs__={"title": name},
            **{word: tag, **shared, **own},
        )
        block.makes = cls
        made[name] = block
    return made


def _planned() -> dict[str, type[Block]]:
    """Here no key tells what a block is: which of the keys there are does."""
    shared = _keys(Occasion, OCCASION)
    made: dict[str, type[Block]] = {}
    for word, cls in WHENS.items():
        name, said = f"Planned_{word}", summary(cls)
        block = create_model(
            name,
            __base__=PlannedBlock,
            __doc__=said,
            __cls_kwargs__={"title": word},
            **_keys(cls),
            **shared,
        )
        block.makes = cls
        made[word] = block
    return made


def _report() -> type[Block]:
    block = create_model(
        "Report",
        __base__=ReportBlock,
        __doc__=summary(Asked),
        **_keys(Asked),
        **_keys(Report, ("tell",)),
    )
    block.makes = Asked
    return block


def when(block: object) -> str | None:
    """Which way to say when a block is written in."""
    return next((word for word in WHENS if isinstance(block, dict) and word in block), None)


def _feed_keys() -> dict[str, Any]:
    keys = _keys(Feed, FEED, _SAID)
    hint, key = keys["every"]
    return {**keys, "every": (Annotated[hint, spelling.at_least(_LEAST_EVERY)], key)}


def _rule_keys() -> dict[str, Any]:
    return {**_keys(Rule, RULE, _SAID), **_keys(Policy, POLICY)}


def _ledger_keys() -> dict[str, Any]:
    keys = _keys(Ledger, LEDGER)
    wait = keys["wait"][1].description
    hint = spelling.spelled(timedelta | None)
    return {**keys, "wait": (hint, Key(default=None, description=wait))}


def _heartbeat() -> type[Block]:
    keys = _keys(HeartbeatConfig)
    hint, every = keys["every"]
    keys["every"] = (Annotated[hint, spelling.at_least(_LEAST_BEAT)], every)
    return create_model("Heartbeat", __base__=Block, __doc__=summary(HeartbeatConfig), **keys)


def _store_keys() -> dict[str, Any]:
    keys = _keys(StoreConfig)
    hint, keep = keys["keep"]
    return {
        "url": (spelling.StoreUrl, keys["url"][1]),
        "keep": (Annotated[hint, spelling.at_least(_LEAST_KEEP)], keep),
    }


def _keys(
    cls: type,
    only: Iterable[str] | None = None,
    otherwise: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """A dataclass's fields as create_model takes them, some of them described `otherwise`."""
    hints, said = get_type_hints(cls), {**descriptions(cls), **otherwise}
    return {
        each.name: (
            spelling.spelled(hints[each.name]),
            _key(each, said.get(each.name)),
        )
        for each in fields(cls)
        if each.init and (only is None or each.name in only)
    }


def _key(field: Field[Any], description: str | None) -> Any:
    alias = field.name.removesuffix("_")
    if field.default is not MISSING:
        return Key(default=field.default, alias=alias, description=description)
    if field.default_factory is not MISSING:
        return Key(default_factory=field.default_factory, alias=alias, description=description)
    return Key(alias=alias, description=description)
