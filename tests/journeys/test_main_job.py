"""The main job from scan to server, through the window, real devices and a cut link."""

import base64
import csv
from io import BytesIO

import zxingcpp
from PIL import Image

from pos_app.wiring import demo_script
from pos_app.wiring.demo_script import Key, basket, opening
from pos_app.wiring.demo_shop import head_office, packaged
from pos_app.workstation.day_settle import COMPARED

POINTS = 300


def members_with_points(least: int):
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if int(r["points"]) >= least and r["phone"]]
    return [r for r in rows if r["tier"] == "base"]


def paid(cashier, receipts: int):
    def ready() -> bool:
        session = cashier.till.terminal.station.session
        return session is not None and session.totals.receipts == receipts

    return ready


def by_keys(cashier):
    """Card, F6 and a digit, F8, 5 0 0 0, Enter: nine."""
    hands = cashier.hands
    hands.gestures = 0
    hands.scan(demo_script.CARD)
    yield lambda: hands.view.member is not None
    hands.press(Key.Key_F6, Key.Key_2)
    assert hands.view.transaction.points_redeemed == POINTS
    assert 300 <= max(chip.points for chip in hands.view.member.chips) <= 399
    hands.press(Key.Key_F8, Key.Key_5, Key.Key_0, Key.Key_0, Key.Key_0, Key.Key_Return)
    assert hands.gestures == 9


def by_touch(cashier, card):
    """QR code, points chip, Cash, note: four."""
    hands = cashier.hands
    hands.gestures = 0
    hands.scan("]Q1" + card)
    yield lambda: hands.view.member is not None
    hands.tap("300")
    assert hands.view.transaction.points_redeemed == POINTS
    hands.tap("Наличные")
    hands.tap("5\u202f000")
    assert hands.gestures == 4


def by_phone(cashier, phone):
    """The phone typed into the one field, exact cash."""
    hands = cashier.hands
    hands.write(phone)
    hands.press(Key.Key_Return)
    yield lambda: hands.view.member is not None
    hands.press(Key.Key_F8, Key.Key_Return)


def settled(cashier):
    """Both sides' totals of the day; the names of those that differ."""
    session = cashier.till.terminal.station.session
    day = session.business_on.isoformat()
    reply = cashier.ask_courier("settlement", business_on=day)
    while reply["posted_seq"] < reply["head"]:
        reply = cashier.ask_courier("settlement", business_on=day)
    theirs, ours = reply["totals"], session.day_totals
    differ = [k for k, name in COMPARED.items() if theirs.get(k, 0) != getattr(ours, name)]
    assert dict(ours.by_tender) == theirs["by_tender"]
    return differ, theirs


def balance_of(cashier, member_id):
    """(mirrored balance, the till's own events not yet in it)."""
    station = cashier.till.terminal.station
    member = station.mirror.member_by_key("id", member_id)
    posted = member.posted.get(station.journal.identity().terminal_id, 0)
    return member.account().balance, len(station.journal.unposted(member_id, posted))


def test_three_customers_with_the_cable_out_are_on_the_server_once_it_is_back(shop, cashier):
    one = cashier("till-journey")
    hands = one.hands
    one.play(opening(hands))
    port = int(shop.url.rpartition(":")[2])
    shop.stop_server()
    one.until(lambda: not hands.view.link.online)

    one.play(basket(hands))
    assert len(hands.view.transaction.lines) == 9
    reasons = [d.name for line in hands.view.transaction.lines for d in line.discounts]
    assert "Сладости: 3 по цене 2" in reasons
    one.play(by_keys(one))
    one.until(paid(one, 1))
    first = hands.view.last_sale
    assert first.change_due_minor == 500_000 - first.total_minor
    assert first.points_redeemed == POINTS

    second, third = members_with_points(2 * (POINTS + 99))[1:3]
    one.play(basket(hands))
    one.play(by_touch(one, second["card_ean"]))
    one.until(paid(one, 2))
    one.play(basket(hands))
    one.play(by_phone(one, third["phone"]))
    one.until(paid(one, 3))

    one.until(lambda: len(one.counter.papers()) == 3)
    paper = one.counter.papers(png=True)[0]
    assert "Масло сливочное" in paper["text"]
    assert "Оплачено баллами (300)" in paper["text"]
    picture = Image.open(BytesIO(base64.b64decode(paper["png"])))
    codes = [code.text for code in zxingcpp.read_barcodes(picture)]
    assert codes == [f"K1R:{first.receipt_number}"]

    assert hands.view.link.unsent > 0
    shop.start_server(port)
    one.until(lambda: hands.view.link.online and hands.view.link.unsent == 0)
    differ, theirs = settled(one)
    assert differ == []
    assert (theirs["receipts"], theirs["redeemed"]) == (3, 600)

    document = one.till.memory.journal.document(first.transaction_id)
    one.ask_courier("sync")
    one.until(lambda: balance_of(one, document.member_id)[1] == 0)
    earned = sum(entry.points for entry in document.entries if entry.points > 0)
    assert balance_of(one, document.member_id)[0] == 1250 - POINTS + earned

    one.till.memory.outbox.unack(0)
    one.ask_courier("sync")
    one.until(lambda: hands.view.link.unsent == 0)
    assert settled(one) == ([], theirs)
    assert head_office(shop.data, "doctor") == ["the books are right"]
