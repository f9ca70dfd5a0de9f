"""A card that the server knows and the till does not earns with the cable out."""

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office, packaged

CARD = "2990000099990"


def test_points_of_an_unknown_card_come_when_the_link_is_back(shop, tmp_path):
    place = shop.till("till-guest")
    first_sync(place.data, place.server)
    driver = build_console_till(place)
    till = driver.till.terminal
    till.sign_on("anna", "1111")
    till.open_session(0)
    till.link(False)
    assert driver.wait_for(lambda: not driver.till.courier.status().online, 20)
    head, row, *_ = packaged("demo", "members.csv").read_text(encoding="utf-8").splitlines()
    cells = row.split(",")
    cells[0], cells[1], cells[2], cells[-1] = "90001", CARD, "+79990099999", "0"
    file = tmp_path / "one.csv"
    file.write_text(f"{head}\n{','.join(cells)}\n", encoding="utf-8")
    head_office(shop.data, "import-members", str(file), "--store", "s1")

    till.type_text("2000000000350")
    assert till.scan(CARD.encode(), "]E0").ok
    promised = till.view().transaction.points_earned
    assert promised == 5
    assert till.pay("cash", 500_00).ok
    till.link(True)
    wait_for_sync(driver, 30)

    def arrived() -> bool:
        member = driver.till.terminal.station.mirror.member_by_key("card", CARD)
        return member is not None and member.account().balance == promised

    assert driver.wait_for(arrived, 30)
    till.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]
