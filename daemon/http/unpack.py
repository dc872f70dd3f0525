"""A body put together as it comes: unpacked, and no further than a limit."""

import zlib

ACCEPTED = "gzip, deflate"
"""What may be asked for, because it can be unpacked."""

_PACKED = {"gzip", "x-gzip", "deflate"}
_EITHER = 32 + zlib.MAX_WBITS
"""Has zlib tell the two apart by their first bytes."""


class TooLargeError(Exception):
    """The body goes on past the limit."""


class BadlyPackedError(Exception):
    """What came cannot be unpacked to its end."""


class Body:
    def __init__(self, encoding: str, largest: int) -> None:
        """`encoding` is the header's word; bytes past `largest`, unpacked, are not looked at."""
        word = encoding.strip().lower()
        if word not in _PACKED | {"", "identity"}:
            raise BadlyPackedError
        self._packed = word in _PACKED
        self._largest = largest
        self._bytes = bytearray()
        self._member: zlib._Decompress | None = None

    def add(self, piece: bytes) -> None:
        # A thousand bytes come out of one: not even a single piece is unpacked without a limit.
        self._bytes += self._unpacked(piece) if self._packed else piece
        if len(self._bytes) > self._largest:
            raise TooLargeError

    def whole(self) -> bytes:
        """All of it; raises where what was packed does not end as it should."""
        if self._member is not None and not self._member.eof:
            raise BadlyPackedError
        return bytes(self._bytes)

    def _unpacked(self, piece: bytes) -> bytes:
        unpacked = b""
        try:
            while piece:
                if self._member is None or self._member.eof:
                    self._member = zlib.decompressobj(_EITHER)  # several may follow each other
                room = self._largest + 1 - len(self._bytes) - len(unpacked)
                unpacked += self._member.decompress(piece, max(room, 1))
                if self._member.unconsumed_tail:
                    raise TooLargeError
                piece = self._member.unused_data
        except zlib.error:
            raise BadlyPackedError from None
        return unpacked
