"""From the first page to the last: whole, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal

import msgspec

from daemon.endpoint import BadRequestError, Endpoint, NotFoundError, Told
from daemon.source import Ask, SourceError, Window
from daemon.sources.http_json.fields import FieldPath, Misfit, Place
from daemon.sources.http_json.links import Link, further
from daemon.sources.http_json.request import Request, Turn
from daemon.sources.http_json.values import label

Style = Literal["none", "cursor", "offset", "page", "link"]

MOST_PAGES = 1000
"""Of one walk: more are not worth their calls, and may have no end."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How one page leads to the next."""

    style: Style
    rows: FieldPath
    first_page: int = 1
    next: FieldPath | None = None
    more: FieldPath | None = None
    overlaps: bool = False
    """Whether rows know themselves again, so that a page may come twice."""

    def check(self, holes: frozenset[str]) -> None:
        """Raises ValueError, with the key that is wrong."""
        asked: dict[Style, str] = {"cursor": "cursor", "offset": "offset", "page": "page"}
        for style, hole in asked.items():
            if style == self.style and hole not in holes:
                raise ValueError(f"query: expected {{{hole}}} in it, since paging is {style}")
            if style != self.style and hole in holes:
                raise ValueError(f"paging: expected {style}, since query asks for {{{hole}}}")
        if self.style == "cursor" and self.next is None:
            raise ValueError("next: expected the field path of the next cursor")
        if self.next is not None and self.style not in ("cursor", "link"):
            raise ValueError(f"next: nothing reads it where paging is {self.style}")
        if self.more is not None and self.style == "none":
            raise ValueError("more: nothing reads it where paging is none")
        if self.style in ("offset", "page") and not self.rows.many:
            raise ValueError(f"rows: expected a list, such as data[], where paging is {self.style}")


@dataclass(slots=True)
class Walk:
    """One question, asked page after page."""

    endpoint: Endpoint
    request: Request
    paging: Paging
    ask: Ask
    most: int = MOST_PAGES
    _seen: set[object] = field(default_factory=set)

    async def read(self, span: Window, take: Callable[[object], None]) -> None:
        """Hand over every page; an error where there is no last one."""
        turn: Turn | None = Turn(self.paging.first_page)
        while turn is not None:
            endpoint, told = await self._page(span, turn)
            try:
                take(told.body)
                turn = self._following(endpoint, turn, told)
            except Misfit as misfit:
                words = endpoint.shown(str(misfit))
                raise endpoint.changed(f"its contract has changed: {words}") from misfit

    async def _page(self, span: Window, turn: Turn) -> tuple[Endpoint, Told[object]]:
        endpoint, query = self.endpoint, self.request.query_for(span, turn)
        if turn.link is not None:
            link = Link.of(turn.link)
            endpoint = replace(endpoint, url=link.origin, path=link.path)
            query = link.query(self.request.secret_query())
        try:
            at = self.ask.window.end
            return endpoint, await endpoint.tell(self.ask.http, query, object, at)
        except (BadRequestError, NotFoundError) as error:
            if not turn.read:
                raise
            # It took the same question for the first page, so it is the page that it lost.
            raise SourceError(f"{error}; the pages will be asked for again") from error

    def _following(self, endpoint: Endpoint, turn: Turn, told: Told[object]) -> Turn | None:
        if self.paging.style == "none" or self._is_last(told.body):
            return None
        turn = replace(turn, read=turn.read + 1)
        following = self._next(endpoint, turn, told, self._count(endpoint, told.body))
        if following is not None and turn.read >= self.most:
            raise self._endless(endpoint, f"read {turn.read}")
        return following

    def _next(self, endpoint: Endpoint, turn: Turn, told: Told[object], count: int) -> Turn | None:
        style = self.paging.style
        if style == "page":
            return replace(turn, page=turn.page + 1) if count else None
        if style == "offset":
            return replace(turn, offset=turn.offset + count) if count else None
        if style == "cursor":
            cursor = self._pointer(told.body)
            return self._once(endpoint, replace(turn, cursor=cursor), cursor)
        link = self._link(endpoint, told.headers, told.body)
        return self._once(endpoint, replace(turn, link=link), link)

    def _is_last(self, body: object) -> bool:
        if self.paging.more is None:
            return False
        place = self.paging.more.one(Place(body))
        if place is None:
            return True
        if not isinstance(place.value, bool):
            raise place.misfit("true or false")
        return not place.value

    def _pointer(self, body: object) -> str | None:
        """The next cursor, or the next address in the body: null or nothing in it is an end."""
        path = self.paging.next
        place = path.one(Place(body)) if path is not None else None
        if place is None or place.value in (None, "", False):
            return None
        return label(place)

    def _link(self, endpoint: Endpoint, headers: Mapping[str, str], body: object) -> str | None:
        path = self.paging.next
        return further(endpoint, headers, None if path is None else (self._pointer(body) or ""))

    def _once(self, endpoint: Endpoint, turn: Turn, pointer: str | None) -> Turn | None:
        if pointer is None:
            if self.paging.more is not None:
                raise Misfit("it says that there is more, and not where")
            return None
        if pointer in self._seen:
            raise self._endless(endpoint, "one leads back")
        self._seen.add(pointer)
        return turn

    def _count(self, endpoint: Endpoint, body: object) -> int:
        """How many rows a page has, in the vendor's own count; a page told again is no progress."""
        rows = [place.value for place in self.paging.rows.outer.rows(body)]
        digest = sha256(msgspec.json.encode(rows)).digest()
        tolerant = self.paging.overlaps and self.paging.style in ("cursor", "link")
        if rows and digest in self._seen and not tolerant:
            raise self._endless(endpoint, "one came twice")
        self._seen.add(digest)
        return len(rows)

    def _endless(self, endpoint: Endpoint, why: str) -> SourceError:
        return endpoint.refused(f"its pages do not end: {why}, kept none")
