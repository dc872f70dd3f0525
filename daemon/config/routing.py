"""The blocks that say who hears of what: a tree of routes, and what silences what."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, create_model
from pydantic import Field as Key

from daemon.config.blocks import Block, EscalateBlock, InhibitBlock, QuietBlock, RouteBlock
from daemon.config.descriptions import descriptions, summary
from daemon.planned.weekly import Weekly
from rules.inhibition import Inhibition
from rules.route import Escalation, Route

ROUTE = (
    "match",
    "except_",
    "tell",
    "group_by",
    "group_wait",
    "group_interval",
    "repeat",
    "continue_",
)
"""The keys of a route that have a spelling of their own; the others are blocks."""

_ROUTE = "Where alerts go: a tree of routes. Without it every destination hears of every alert."
_INHIBIT = "What need not be told while something else fires; a list."

Keys = Mapping[str, Any]
"""A dataclass's fields, as create_model takes them."""


def route_blocks(route: Keys, escalation: Keys, weekly: Keys) -> dict[str, type[Block]]:
    """The blocks of a route, and of what is in it, by the key it stands under."""
    escalate = create_model(
        "Escalate", __base__=EscalateBlock, __doc__=summary(Escalation), **escalation
    )
    quiet = create_model("Quiet", __base__=QuietBlock, __doc__=summary(Weekly), **weekly)
    quiet.makes = Weekly
    says = descriptions(Route)
    one: Any = escalate | None
    below: Any = "tuple[Route, ...]"
    block = create_model(
        "Route",
        __base__=RouteBlock,
        __doc__=summary(Route),
        **route,
        escalate=(one, Key(default=None, description=says["escalate"])),
        quiet=(_many(quiet) | None, Key(default=None, description=says["quiet"])),
        routes=(below, Key(default=(), description=says["routes"])),
    )
    block.model_rebuild(_types_namespace={"Route": block})
    return {"route": block, "route.escalate": escalate, "route.quiet": quiet}


def inhibit_block(inhibition: Keys) -> type[Block]:
    return create_model("Inhibit", __base__=InhibitBlock, __doc__=summary(Inhibition), **inhibition)


def routing_keys(route: type[Block], inhibit: type[Block]) -> dict[str, Any]:
    """What the whole configuration has of them."""
    perhaps: Any = route | None
    return {
        "route": (perhaps, Key(default=None, description=_ROUTE)),
        "inhibit": (_many(inhibit), Key(default=(), description=_INHIBIT)),
    }


def _many(block: Any) -> Any:
    return Annotated[
        tuple[block, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=block | list[block]),
    ]


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, dict) else value
