"""`kopilka first-run`: the helper process of the first start: enrols, and fetches the first mirror.

Never outlives the window: it ends when its input ends. Killed in the middle of a download it goes
on with the bytes that are here when it is started again.

In: `{"id", "do": "enrol", "server", "code"}`, `{"id", "do": "load", "server"}`. Out: `{"id", ...}`
or `{"id", "error": code, "detail"}`, and `{"event": "progress", "here", "whole"}` in bytes.
"""

import asyncio
import json
import platform
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from pos_app.gear import logs
from pos_app.wiring.courier import COURIER_LOG, connection_of, courier_of, enrolled_by, http_client
from pos_app.wiring.memory import open_memory, operators_here
from pos_app.workstation.ports import StorageBroken, StorageFull
from sync.client.errors import Trouble
from sync.client.pipe import FileWriter, reader_of

Tell = Callable[[Mapping[str, Any]], None]


async def _enrol(folder: Path, asked: Mapping[str, Any], _tell: Tell) -> dict[str, Any]:
    reply = await enrolled_by(folder, str(asked["server"]), str(asked["code"]), platform.node())
    return {"store": reply.store_name, "till": reply.terminal_name}


async def _load(folder: Path, asked: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    def progress(here: int, whole: int) -> None:
        tell({"event": "progress", "here": here, "whole": whole})

    memory, client = open_memory(folder), http_client(str(asked["server"]))
    try:
        memory.lives.begin()
        courier = courier_of(memory, connection_of(memory, client), on_progress=progress)
        work = asyncio.ensure_future(courier.run(lambda _event: None))
        try:
            await courier.answer("sync", {})
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    finally:
        await client.aclose()
        memory.close()
    return {"operators": operators_here(folder)}


TASKS: Mapping[str, Callable[[Path, Mapping[str, Any], Tell], Awaitable[dict[str, Any]]]] = {
    "enrol": _enrol,
    "load": _load,
}


async def _answer(folder: Path, asked: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    try:
        return await TASKS[str(asked["do"])](folder, asked, tell)
    except Trouble as trouble:
        return {"error": trouble.code, "detail": str(trouble)}
    except (StorageBroken, StorageFull, OSError) as bad:
        return {"error": "storage", "detail": str(bad)}


async def _serve(folder: Path) -> None:
    """One request after the other, until the input ends: also in the middle of one."""
    reader, writer = reader_of(0), FileWriter(1)

    def tell(message: Mapping[str, Any]) -> None:
        writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    async def requests() -> None:
        while line := await waiting.get():
            asked = json.loads(line)
            tell({"id": asked["id"], **await _answer(folder, asked, tell)})

    waiting: asyncio.Queue[bytes] = asyncio.Queue()
    work = asyncio.ensure_future(requests())
    while line := await reader.readline():
        if line.strip():
            waiting.put_nowait(line)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def main(folder: Path) -> int:
    """Serve the window on standard input and output until it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    logs.configure(logs.to_file(folder / COURIER_LOG), logs.to_stream())
    asyncio.run(_serve(folder))
    return 0
