"""The door on a real socket, and where a till's configuration says that it is."""

import asyncio
import socket
from contextlib import suppress

import httpx
import pytest

from pos_app.wiring.lan_place import ALONE, lan_arguments, lan_of, lan_place
from sync.client import lan_serve


def echo(status):
    async def door(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return door


def test_an_address_that_is_taken_is_tried_again_and_the_till_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(lan_serve, "AGAIN_S", 0.01)

    async def scene() -> int:
        taken = socket.create_server(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        serving = asyncio.ensure_future(lan_serve.serve(echo(418), "127.0.0.1", port))
        while "cannot be heard" not in caplog.text:
            await asyncio.sleep(0.01)
        taken.close()
        status = 0
        async with httpx.AsyncClient(trust_env=False) as client:
            while not status:
                with suppress(httpx.TransportError):
                    status = (await client.get(f"http://127.0.0.1:{port}/")).status_code
                await asyncio.sleep(0.01)
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        # The port is free again.
        socket.create_server(("127.0.0.1", port)).close()
        return status

    assert asyncio.run(asyncio.wait_for(scene(), 60)) == 418


def test_the_configuration_says_where_tills_hear_each_other():
    config = {"listen": "192.168.1.11:8790", "peers": ["http://192.168.1.12:8790"]}
    place = lan_place(config)
    assert (place.listen, place.peers) == (("192.168.1.11", 8790), ("http://192.168.1.12:8790",))
    assert place
    assert lan_arguments(config) == [
        *("--lan-listen", "192.168.1.11:8790"),
        *("--lan-peer", "http://192.168.1.12:8790"),
    ]
    assert lan_of("[::1]:8790", []).listen == ("::1", 8790)
    assert lan_place({}) == ALONE
    assert not ALONE
    assert lan_arguments({}) == []


@pytest.mark.parametrize("listen", ["8790", ":8790", "host:", "host:x", "host:99999"])
def test_an_address_that_is_none_is_one_sentence(listen):
    with pytest.raises(ValueError, match=r"lan\.listen"):
        lan_of(listen, [])


@pytest.mark.parametrize("url", ["192.168.1.12:8790", "ftp://x", "http://"])
def test_a_neighbour_without_a_url_is_one_sentence(url):
    with pytest.raises(ValueError, match=r"lan\.peers"):
        lan_of("", [url])
