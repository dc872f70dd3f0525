"""Finds the subscriptions of a tenant, page by page of its bundles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from daemon.endpoint import Endpoint, Told
from daemon.source import Ask
from daemon.sources.killbill.wire import UUID, Bundle, BundledSubscription

PAGE = 200
"""Bundles on a page. The vendor gives 100 to who does not ask, and names no maximum."""

_NEXT = "x-killbill-pagination-nextoffset"


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    name: str | None = None
    start: date | None = None
    end: date | None = None
    """Its last day; None while nobody ended it."""


async def discover(endpoint: Endpoint, ask: Ask) -> Mapping[str, Subscription]:
    """All there are, by their ids. A big tenant is offered a next offset for ever, and only a
    page without bundles ends the walk; a small one is offered none on the last page."""
    found: dict[str, Subscription] = {}
    seen: set[str] = set()
    offset: int | None = 0
    while offset is not None:
        query = [("offset", str(offset)), ("limit", str(PAGE)), ("audit", "NONE")]
        page = await endpoint.tell(ask.http, query, list[Bundle], ask.window.end)
        if not page.body:
            break
        first = page.body[0].bundle_id
        if first in seen:
            raise endpoint.refused(f"its pages do not end: bundle {first} came twice, kept none")
        seen.add(first)
        found |= {each.id: each for bundle in page.body for each in _of(endpoint, bundle)}
        offset = _next(endpoint, page, offset)
    return found


def _next(endpoint: Endpoint, page: Told[list[Bundle]], offset: int) -> int | None:
    headers = {name.lower(): value for name, value in page.headers.items()}
    text = headers.get(_NEXT)
    if text is None:
        return None
    further = int(text) if re.fullmatch("[0-9]{1,18}", text) else -1
    if further <= offset:
        shown = endpoint.shown(text)
        raise endpoint.changed(f"expected a next offset above {offset}, got {shown!r}")
    return further


def _of(endpoint: Endpoint, bundle: Bundle) -> list[Subscription]:
    """Add-ons too: it is mostly on these that metered use hangs."""
    return [_subscription(endpoint, bundle, each) for each in bundle.subscriptions]


def _subscription(endpoint: Endpoint, bundle: Bundle, told: BundledSubscription) -> Subscription:
    starts = [told.start_date, told.billing_start_date]
    ends = [told.cancelled_date, told.billing_end_date]
    return Subscription(
        told.subscription_id.lower(),
        _name(bundle, told),
        min((_day(endpoint, text) for text in starts if text is not None), default=None),
        max((_day(endpoint, text) for text in ends if text is not None), default=None),
    )


def _day(endpoint: Endpoint, text: str) -> date:
    """Of a date, or of a moment."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        shown = endpoint.shown(text)
        raise endpoint.changed(f"expected a date of a subscription, got {shown!r}") from None


def _name(bundle: Bundle, told: BundledSubscription) -> str | None:
    """The keys that people gave it, and what was sold: `acme-main/acme-metered (Metered)`. A key
    that nobody gave is an id, which names nothing."""
    keys = [key for key in (bundle.external_key, told.external_key) if key and not _is_id(key)]
    product = told.product_name
    if not keys:
        return product
    return "/".join(keys) + (f" ({product})" if product else "")


def _is_id(key: str) -> bool:
    return re.fullmatch(UUID, key) is not None
