"""A body comes whole, or not at all, and no further than a limit."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.http.unpack import BadlyPackedError, Body, TooLargeError

LARGEST = 1000


def unpacked(encoding: str, *pieces: bytes, largest: int = LARGEST) -> bytes:
    body = Body(encoding, largest)
    for piece in pieces:
        body.add(piece)
    return body.whole()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", b"hello"),
        ("identity", b"hello"),
        ("gzip", gzip.compress(b"hello")),
        (" X-GZIP", gzip.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("gzip", gzip.compress(b"hel") + gzip.compress(b"lo")),
    ],
)
def test_what_was_packed_comes_out_again(encoding: str, packed: bytes) -> None:
    assert unpacked(encoding, packed) == b"hello"
    assert unpacked(encoding, *(packed[at : at + 1] for at in range(len(packed)))) == b"hello"


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_nothing_is_nothing(encoding: str) -> None:
    assert unpacked(encoding) == b""
    assert unpacked(encoding, b"") == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_what_was_not_asked_for_cannot_be_unpacked(encoding: str) -> None:
    with pytest.raises(BadlyPackedError):
        unpacked(encoding, b"")


@settings(max_examples=50)
@given(st.binary(max_size=200), st.data())
def test_a_gzip_without_its_end_is_no_body(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    end = data.draw(st.integers(1, len(packed) - 1))

    with pytest.raises(BadlyPackedError):
        unpacked("gzip", packed[:end])


@pytest.mark.parametrize("at", [0, 15, -5, -1])
def test_a_gzip_with_a_wrong_byte_is_no_body(at: int) -> None:
    packed = bytearray(gzip.compress(b"hello"))
    packed[at] ^= 0xFF

    with pytest.raises(BadlyPackedError):
        unpacked("gzip", bytes(packed))


def test_what_follows_a_gzip_and_is_none_is_no_body() -> None:
    with pytest.raises(BadlyPackedError):
        unpacked("gzip", gzip.compress(b"hello") + b"and more")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_limit_is_the_unpacked_size(pack) -> None:
    encoding = "" if pack is bytes else "gzip"

    assert len(unpacked(encoding, pack(b"x" * LARGEST))) == LARGEST
    with pytest.raises(TooLargeError):
        unpacked(encoding, pack(b"x" * (LARGEST + 1)))
    with pytest.raises(TooLargeError):
        unpacked(encoding, pack(b"x" * 600), pack(b"x" * 600))


def test_a_bomb_is_not_unpacked_to_see_how_large_it_is() -> None:
    bomb = gzip.compress(bytes(100 * 2**20))
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        unpacked("gzip", bomb, largest=10**6)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(bomb) < 120_000
    assert most < 6 * 10**6
