"""Stamps and chosen categories of a dark till are at the other till once the cable is back."""

import json

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_script import CARD
from pos_app.wiring.demo_shop import head_office, packaged

GOODS = "2000000000206"


def with_counters() -> str:
    """The demo programme, a version later, with a card, a draw, a cap and categories to choose."""
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    rule = document["earn"]["rules"][0]["id"]
    document["version"] += 1
    document["stamps"] = {
        "cards": [{"id": "any", "name": {"ru": "Визиты"}, "kind": "receipts", "needed": 3}]
    }
    document["draws"] = {"list": [{"id": "car", "name": {"ru": "Машина"}, "per_unit": 2}]}
    document["cashback"] = {
        "caps": [{"id": "month", "name": {"ru": "Кешбэк"}, "points": 1500}],
        "choice": {"categories": ["Хлеб", "Сыр", "Чай"], "count": 2, "rules": [rule]},
    }
    return json.dumps(document, ensure_ascii=False)


def opened(shop, name):
    place = shop.till(name)
    first_sync(place.data, place.server)
    driver = build_console_till(place)
    driver.till.terminal.sign_on("anna", "1111")
    driver.till.terminal.open_session(0)
    return driver


def told(driver) -> set[str]:
    """What the panel says is on the way."""
    till = driver.till.terminal
    voice = till.station.gear.voice("ru")
    return {voice.say(one) for one in till.view().member.on_the_way}


def test_what_a_dark_till_counted_is_at_the_other_till_once_the_cable_is_back(shop, tmp_path):
    file = tmp_path / "program.json"
    file.write_text(with_counters(), encoding="utf-8")
    head_office(shop.data, "publish-program", str(file))
    one, two = opened(shop, "till-dark"), opened(shop, "till-light")
    till = one.till.terminal
    till.link(False)
    assert one.wait_for(lambda: not one.till.courier.status().online, 20)

    for _ in range(2):
        assert till.scan(CARD.encode(), "]E0").ok
        till.type_text(GOODS)
        assert till.pay("cash", 500_00).ok
    assert till.scan(CARD.encode(), "]E0").ok
    assert till.choose_categories(["Сыр", "Чай"]).ok
    known = told(one)
    assert "«Визиты»: 2 из 3, осталось 1" in known
    assert any(sentence.startswith("Категории на") for sentence in known)
    member_id = till.view().member.id
    assert till.remove_member().ok

    till.link(True)
    wait_for_sync(one, 30)
    other = two.till.terminal

    def arrived() -> bool:
        member = other.station.mirror.member_by_key("id", member_id)
        return member is not None and member.tallies.get(("stamps/any", "")) == 2 and member.choices

    assert two.wait_for(arrived, 30)
    assert other.scan(CARD.encode(), "]E0").ok
    assert told(two) == known
    one.till.terminal.close()
    other.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]
