"""Pages of bundles, as the stand-in for Kill Bill gives them: an array, and five headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from multidict import MultiMapping

from daemon.sandbox.killbill.record import bad_argument
from daemon.sandbox.killbill.tenant import Bundle, Subscription, Tenant

PATH = "/1.0/kb/bundles/pagination"
MOST_COUNTED = 20_000
"""Rows above which the vendor does not count them."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """Which bundles are asked for; a negative limit begins at the newest."""

    offset: int
    limit: int
    audit: str

    def places(self, total: int) -> range:
        first, last = self.offset, min(self.offset + abs(self.limit), total)
        if self.limit < 0:
            return range(total - 1 - first, total - 1 - last, -1)
        return range(first, last)

    def headers(self, total: int) -> Mapping[str, str]:
        """With too many rows to count, a next offset is given on every page, past the last too."""
        further = self.offset + abs(self.limit)
        told = {"CurrentOffset": str(self.offset)}
        if total <= MOST_COUNTED:
            told |= {"TotalNbRecords": str(total), "MaxNbRecords": str(total)}
        if total > MOST_COUNTED or further < total:
            query = {"offset": further, "limit": self.limit, "audit": self.audit}
            told |= {"NextOffset": str(further), "NextPageUri": f"{PATH}?{urlencode(query)}"}
        return {f"X-Killbill-Pagination-{name}": value for name, value in told.items()}


def page_asked(query: MultiMapping[str]) -> Page:
    try:
        offset, limit = int(query.get("offset", "0")), int(query.get("limit", "100"))
    except ValueError as error:
        raise bad_argument(str(error)) from None
    if offset < 0 or limit == 0:
        raise bad_argument("offset and limit must make sense")
    return Page(offset, limit, query.get("audit", "NONE"))


def bundles(tenant: Tenant, page: Page, today: date, gone: set[str]) -> list[Json]:
    return [_bundle(tenant.bundle(place), today, gone) for place in page.places(len(tenant))]


def _bundle(bundle: Bundle, today: date, gone: set[str]) -> Json:
    return {
        "accountId": bundle.account,
        "bundleId": bundle.id,
        "externalKey": bundle.key,
        "subscriptions": [
            _subscription(each, today) for each in bundle.subscriptions if each.id not in gone
        ],
        "timeline": None,
        "auditLogs": [],
    }


def _subscription(told: Subscription, today: date) -> Json:
    start, end = told.start.isoformat(), told.end.isoformat() if told.end else None
    return {
        "accountId": told.account,
        "bundleId": told.bundle,
        "subscriptionId": told.id,
        "externalKey": told.key,
        "bundleExternalKey": told.bundle_key,
        "startDate": start,
        "productName": told.product,
        "productCategory": told.category,
        "billingPeriod": "MONTHLY",
        "phaseType": "EVERGREEN",
        "priceList": "DEFAULT",
        "planName": f"{told.product.lower()}-monthly",
        "state": told.state(today),
        "sourceType": "NATIVE",
        "cancelledDate": end,
        "chargedThroughDate": None if told.category == "ADD_ON" else today.isoformat(),
        "billingStartDate": start,
        "billingEndDate": end,
        "billCycleDayLocal": 1,
        "quantity": 1,
        "events": [],
        "priceOverrides": None,
        "prices": [],
        "auditLogs": [],
    }
