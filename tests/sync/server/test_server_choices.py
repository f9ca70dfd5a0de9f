"""Categories chosen in an app: judged as at the till, told to every till, the last one wins."""

import json

import pytest

from pos_app.domain.events import CategoriesChosen
from sync.server.access import integrators
from sync.server.settings import reference
from sync.wire.choices import PATH
from tests.sync.server.test_server_tallies import PROGRAM, shown
from tests.sync.server.till import DAY, NOON

MONTH = "2026-11"
CHOICE = {"categories": ["tea", "milk", "bread"], "count": 2, "rules": ["base"]}


class App:
    """An app of the shop that speaks with the house."""

    def __init__(self, house) -> None:
        self.house, self.key = house, ""

    async def open(self, **choice) -> "App":
        document = {**PROGRAM, "cashback": {"choice": {**CHOICE, **choice}}}
        data = json.dumps(document).encode()
        await self.house.write(reference.publish_program, self.house.services, data)
        self.key = await self.house.write(integrators.add_integrator, "app")
        return self

    async def post(self, body: bytes, key: str = ""):
        headers = {"authorization": f"Bearer {key or self.key}"}
        response = await self.house.client.post(PATH, content=body, headers=headers)
        return response.status_code, response.json()

    async def choose(self, member, *categories, month=MONTH, kind="id"):
        said = {"kind": kind, "member": member, "month": month, "categories": categories}
        return await self.post(json.dumps(said).encode())


async def opened(house, **choice):
    till = await house.till()
    anna = till.enrol_member(card="2990000000019")
    await house.push(till)
    return till, anna, await App(house).open(**choice)


def test_a_choice_in_the_app_is_in_the_mirror_and_the_same_again_is_no_change(house) -> None:
    async def story() -> None:
        till, anna, app = await opened(house)
        told = {"result": "chosen", "categories": ["tea", "milk"]}
        assert await app.choose("2990000000019", "tea", "milk", kind="card") == (200, told)
        first = await shown(till, anna)
        assert first.choices[MONTH].categories == ("tea", "milk")
        assert await app.choose(anna, "milk", "tea") == (200, told)
        assert [r for r in await till.pull_all() if r.kind == "member"] == []
        later = CategoriesChosen(anna, MONTH, ("bread",), "shop", "op", NOON.replace(hour=13), DAY)
        till.record(later)
        await house.push(till, first=2)
        assert (await shown(till, anna)).choices[MONTH].categories == ("bread",)

    house.run(story())


@pytest.mark.parametrize(
    ("categories", "month", "reason"),
    [
        (("fish",), MONTH, "choice.unknown"),
        ((), MONTH, "choice.count"),
        (("tea",), "2026-10", "choice.month"),
        (("tea",), "2027-01", "choice.month"),
        (("milk",), MONTH, "choice.once"),
    ],
)
def test_what_a_till_would_refuse_is_refused_with_its_reason(house, categories, month, reason):
    async def story() -> None:
        _, anna, app = await opened(house, once_a_month=True)
        assert (await app.choose(anna, "tea"))[0] == 200
        status, told = await app.choose(anna, *categories, month=month)
        held = {"categories": ["tea"]} if month == MONTH else {}
        assert (status, told) == (200, {"result": "refused", "reason": reason, **held})

    house.run(story())


def test_without_a_programme_there_is_nothing_to_choose(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member()
        await house.push(till)
        app = App(house)
        app.key = await house.write(integrators.add_integrator, "app")
        assert (await app.choose(anna, "tea"))[1]["reason"] == "choice.none"

    house.run(story())


def test_strangers_and_garbage_get_a_plain_answer(house) -> None:
    async def story() -> None:
        _, anna, app = await opened(house)
        assert (await app.choose("nobody", "tea"))[0] == 404
        assert (await app.choose("299", "tea", kind="card"))[0] == 404
        assert (await app.choose("299", "tea", kind="hat"))[0] == 404
        assert (await app.choose(anna, "t" * 200))[0] == 404
        assert (await app.post(b"{"))[0] == 400
        assert (await app.post(b"x" * 20_000))[0] == 413
        assert (await app.post(b"{}", "app:guess"))[0] == 401

    house.run(story())
