"""One question about Fastly's services, asked page by page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.endpoint import BadRequestError, Endpoint, NotFoundError
from daemon.source import Ask, SourceError, SourceRefused
from daemon.sources.fastly.ledger import Ledger
from daemon.sources.fastly.months import DAY, Month, moment
from daemon.sources.fastly.wire import Data, ServiceMetrics, service_labels

PAGE = 10_000
"""Services on a page, the most the vendor gives; it gives 1000 to who does not ask."""
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one month. The vendor calls the pair `product_id` and `usage_type_name`."""

    month: Month
    product_id: str
    usage_type: str
    service: str | None = None

    def __str__(self) -> str:
        service = f" of {self.service}" if self.service else ""
        return f"{self.product_id}/{self.usage_type}{service} in {self.month}"

    def query(self) -> list[tuple[str, str]]:
        return [
            ("product_id", self.product_id),
            ("usage_type_name", self.usage_type),
            *([("service", self.service)] if self.service else []),
            ("start_month", str(self.month)),
            ("end_month", str(self.month)),
            ("limit", str(PAGE)),
        ]


@dataclass(frozen=True, slots=True)
class Walk:
    """From the first page of an answer to the last: whole, or not at all."""

    endpoint: Endpoint
    ask: Ask
    question: Question

    async def into(self, ledger: Ledger) -> None:
        pages = await self._pages()
        parts = [part for page in pages for part in page.parts()]
        for part in parts:
            self._check(part, ledger)
        units = (part.unit for part in parts if part.unit)
        unit, totals = next(units, None), _totals(pages)
        asked = self.question
        for service_id, amount in totals.items():
            labels = service_labels(asked.product_id, asked.usage_type, unit, service_id)
            ledger.add(asked.month, labels, amount)
        told = [row for part in parts for row in part.details or ()]
        for row in told:
            ledger.call(row.service_id, row.service_name)
        counts = [meta.total for page in pages for meta in page.metas() if meta.total is not None]
        if counts and counts[-1] != len(told):
            ledger.note(f"Fastly counts {counts[-1]} rows of {asked}, and told {len(told)}.")

    async def _pages(self) -> Sequence[ServiceMetrics]:
        query, at = self.question.query(), self.ask.window.end
        pages, seen = [await self._first(query, at)], set[str]()
        while cursor := pages[-1].cursor():
            if cursor in seen or len(seen) >= MOST_PAGES:
                raise self.endpoint.refused(
                    f"its pages do not end: read {len(pages)} of {self.question}, kept none"
                )
            seen.add(cursor)
            pages.append(await self._further([*query, ("cursor", cursor)], at))
        return pages

    async def _first(self, query: Sequence[tuple[str, str]], at: datetime) -> ServiceMetrics:
        try:
            return await self.endpoint.ask(self.ask.http, query, ServiceMetrics, at)
        except (BadRequestError, NotFoundError) as error:
            raise SourceRefused(f"{error} (asked for {self.question})") from error

    async def _further(self, query: Sequence[tuple[str, str]], at: datetime) -> ServiceMetrics:
        """The vendor took the same question for the first page, so it is the cursor that it no
        longer knows: the next poll begins a new walk."""
        try:
            return await self.endpoint.ask(self.ask.http, query, ServiceMetrics, at)
        except BadRequestError as error:
            raise SourceError(f"{error}; the pages will be asked for again") from error

    def _check(self, part: Data, ledger: Ledger) -> None:
        """A vendor that took no notice of the months would tell of another one. Its cycle may
        begin a day off, since nobody says in which zone it counts."""
        asked = self.question
        start, month = moment(part.start_time), asked.month.window
        if start is not None and not month.start - DAY <= start < month.end:
            what = f"asked for {asked.month}, told of what began {part.start_time}"
            raise self.endpoint.changed(f"its contract has changed: {what}")
        if part.usage_type and asked.usage_type not in (part.usage_type, part.name):
            called = self.endpoint.shown(part.usage_type)
            ledger.note(f"Asked for {asked}, Fastly calls its answer {called}.")


def _totals(pages: Sequence[ServiceMetrics]) -> Mapping[str, float]:
    """Rows of one service on a page are parts of one total. On a later page they are told again:
    pages move while they are read."""
    totals: dict[str, float] = {}
    for page in pages:
        here: dict[str, float] = defaultdict(float)
        for part in page.parts():
            for row in part.details or ():
                here[row.service_id] += row.usage_units
        totals |= here
    return totals
