"""The document of the HTTP surface: whole, of this day, and true of what is answered."""

import json
from pathlib import Path

import httpx

from sync.server.surface.app import build_app
from sync.server.surface.openapi import document, text
from sync.server.surface.ops_http import Shown, ops_app
from sync.wire.messages import PATHS

COPY = Path(__file__).parents[3] / "resources/openapi.json"
OF_BROWSERS = {"/card", "/card/{name}"}


def test_the_committed_copy_is_of_this_day() -> None:
    said = "python -m sync.server openapi > resources/openapi.json"
    assert COPY.read_text(encoding="utf-8") == text(), said


def test_every_route_is_in_the_document(house) -> None:
    app = build_app(house.server)._app
    routes = {(r.path.replace(":path", ""), m) for r in app.routes for m in r.methods}
    known = {
        (path, method.upper()) for path, item in document()["paths"].items() for method in item
    }
    # HEAD comes with GET; a snapshot may be asked for by POST, as the first tills did.
    missing = {r for r in routes - known if r[1] != "HEAD" and r[0] not in OF_BROWSERS}
    assert missing <= {(PATHS["snapshot"], "POST")}
    assert known <= routes


def test_every_reference_leads_somewhere_and_operations_have_names() -> None:
    said = document()

    def references(value) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [r for part in value.values() for r in references(part)]
        return [r for part in value for r in references(part)] if isinstance(value, list) else []

    for reference in references(said):
        place = said
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    names = [one["operationId"] for item in said["paths"].values() for one in item.values()]
    assert len(set(names)) == len(names)
    assert said["openapi"] == "3.1.0"


def test_the_document_is_served_to_those_who_watch(house) -> None:
    async def story() -> None:
        assert (await house.client.get("/openapi.json")).status_code == 404
        transport = httpx.ASGITransport(app=ops_app(house.server))
        async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
            assert (await client.get("/openapi.json")).text == text()
            assert (await client.get("/v1/push")).status_code == 404, "tills have another door"
        shown = httpx.ASGITransport(app=build_app(house.server, Shown(token="secret")))
        async with httpx.AsyncClient(transport=shown, base_url="http://server") as client:
            right = {"authorization": "Bearer secret"}
            assert (await client.get("/openapi.json", headers=right)).status_code == 200

    house.run(story())


def test_what_is_answered_fits_the_schemas(house) -> None:
    from tests.json_schema import broken

    schemas = document()["components"]["schemas"]

    def check(name: str, response: httpx.Response) -> None:
        root = {"components": {"schemas": schemas}}
        assert broken(schemas[name], json.loads(response.content), root) == [], name

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=40)
        from sync.wire.codec import pack
        from sync.wire.messages import PullRequest

        body = pack(till.batch())
        check("PushReply", await till.send("push", body, till.signed(PATHS["push"], body)))
        await house.post()
        body = pack(PullRequest(1, till.terminal, till.epoch, {}))
        check("PullReply", await till.send("pull", body, till.signed(PATHS["pull"], body)))
        gap = pack(till.batch(2))
        check("Problem", await till.send("push", gap[:-1], till.signed(PATHS["push"], gap[:-1])))

    house.run(story())
