"""A stand-in is served on loopback alone, for as long as its block lasts."""

import pytest
from aiohttp import web

from daemon.http import Call, HttpError, open_http
from daemon.sandbox.loopback import serve


async def test_it_answers_inside_its_block_and_not_after() -> None:
    async with open_http() as http:
        async with serve(web.Application()) as url:
            inside = await http.send(Call(f"{url}/"))
        with pytest.raises(HttpError, match="refused"):
            await http.send(Call(f"{url}/"))

    assert url.startswith("http://127.0.0.1:")
    assert inside.status == 404
