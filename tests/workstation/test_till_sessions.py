"""Operators, the drawer, till sessions and business days; what the till hears from outside."""

from datetime import date

import pytest

from pos_app.domain.events import CashMoved, DayClosed, SessionClosed
from pos_app.workstation.answer import Part, Tone
from pos_app.workstation.ports import DeviceState
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MARIA,
    MILK,
    Bench,
    notices,
    ok,
    paper,
    refusal,
)


def test_a_cashier_signs_on_with_a_pin_and_a_wrong_one_is_in_the_audit_chain(bench):
    assert ok(bench.till.operators()).data["operators"] == (
        ("ivan", "Ivan"),
        ("maria", "Maria"),
        ("petr", "Petr"),
    )
    assert refusal(bench.till.sign_on("ivan", "0000")) == "wrong_pin"
    assert refusal(bench.till.sign_on("nobody", "1111")) == "wrong_pin"
    assert [e.subject for e in bench.audit("sign_on_failed")] == ["ivan", "nobody"]
    assert notices(bench.till.sign_on("ivan", "1111")) == ["signed_on"]
    operator = bench.view.operator
    assert (operator.id, operator.role, "void_line" in operator.rights) == ("ivan", "cashier", True)
    assert notices(bench.till.sign_off()) == ["signed_off"]
    assert bench.view.operator is None
    assert refusal(bench.till.sign_off()) == "sign_on_first"
    assert [e.action for e in bench.audit("signed_on") + bench.audit("signed_off")] == [
        "signed_on",
        "signed_off",
    ]


def test_an_open_transaction_keeps_its_operator_and_an_empty_one_does_not(shop):
    shop.scan(MILK)
    assert refusal(shop.till.sign_off()) == "finish_first"
    assert refusal(shop.till.sign_on("petr", "2222")) == "finish_first"
    ok(shop.till.void_line(1))
    ok(shop.till.sign_on("petr", "2222"))
    assert shop.sale is None
    ok(shop.till.sign_off())


def test_a_session_opens_once_with_its_float(bench):
    assert refusal(bench.till.open_session(0)) == "sign_on_first"
    ok(bench.till.sign_on("ivan", "1111"))
    assert refusal(bench.till.open_session(-1)) == "bad_amount"
    assert refusal(bench.till.open_session(10**18)) == "bad_amount"
    assert notices(bench.till.open_session(500_00)) == ["session_opened"]
    assert refusal(bench.till.open_session(0)) == "session_is_open"
    session = bench.view.session
    assert (session.number, session.business_on) == (1, date(2026, 11, 20))
    assert session.cash_in_drawer_minor is None  # the count is blind
    bench.restart()
    assert bench.view.session.number == 1


def test_cash_moves_with_a_right_a_reason_and_an_open_drawer(senior):
    till = senior.till
    for kind, amount in (("loan", 200_00), ("paid_in", 50_00), ("paid_out", 30_00)):
        assert notices(till.cash_movement(kind, amount, "reason")) == ["cash_moved"]
    ok(till.cash_movement("pickup", 1000_00, "to_safe"))
    session = senior.memory.journal.session()
    assert session.cash_minor == 1000_00 + 200_00 + 50_00 - 30_00 - 1000_00
    totals = session.totals
    assert (totals.loan_minor, totals.paid_in_minor) == (200_00, 50_00)
    assert (totals.paid_out_minor, totals.pickup_minor) == (30_00, 1000_00)
    assert senior.devices.drawer == 4
    assert [e.kind for e in senior.events(CashMoved)] == ["loan", "paid_in", "paid_out", "pickup"]
    assert senior.audit("pickup")[0].reason == "to_safe"
    assert refusal(till.cash_movement("paid_out", 220_01, "x")) == "not_in_drawer"
    assert refusal(till.cash_movement("gift", 1, "x")) == "bad_amount"
    assert refusal(till.cash_movement("loan", 0, "x")) == "bad_amount"


def test_a_cashier_moves_no_cash_alone(shop):
    assert refusal(shop.till.cash_movement("loan", 1_00, "x")) == "needs_override"
    ok(shop.till.cash_movement("loan", 1_00, "x", MARIA))
    assert refusal(shop.till.no_sale("x")) == "needs_override"
    assert notices(shop.till.no_sale("change", MARIA)) == ["drawer_opened"]
    assert shop.audit("no_sale")[0].override_by == "maria"
    assert shop.memory.journal.session().totals.no_sales == 1
    assert shop.devices.drawer == 2


def test_without_a_session_there_is_no_drawer_and_no_report(bench):
    ok(bench.till.sign_on("maria", "3333"))
    for answer in (
        bench.till.cash_movement("loan", 1, "x"),
        bench.till.no_sale("x"),
        bench.till.x_report(),
        bench.till.close_session(0),
        bench.till.end_of_day(0),
    ):
        assert refusal(answer) == "no_session"


def test_an_x_report_says_what_was_sold_and_nothing_of_the_drawer_count(manager):
    manager.sold(MILK, cash=100_00)
    manager.scan(BREAD)
    ok(manager.till.pay("card"))
    ok(manager.till.return_sale("A000001"))
    ok(manager.till.complete())
    manager.scan(MILK)
    ok(manager.till.void_transaction())
    report = ok(manager.till.x_report()).data["report"]
    assert (report.receipts, report.returns, report.voids) == (2, 1, 1)
    assert (report.sales_minor, report.returns_minor) == (134_90, 89_90)
    assert report.by_tender == (("card", 45_00), ("cash", 0))
    assert report.expected_minor == 1000_00
    assert (report.counted_minor, report.difference_minor) == (None, None)
    text = paper(manager.devices.jobs[-1])
    voice = manager.till.station.gear.voice("ru")
    assert voice.text("report.title_x") in text
    assert voice.text("report.counted_minor") not in text
    assert refusal(manager.till.close_session(-1)) == "bad_amount"


def test_a_blind_count_shows_its_difference_after_it(shop):
    shop.sold(MILK)
    shop.scan(MILK)
    assert refusal(shop.till.close_session(0)) == "finish_first"
    assert refusal(shop.till.end_of_day(0)) == "finish_first"
    ok(shop.till.void_transaction())
    shop.scan(CARDS["anna"])
    answer = ok(shop.till.close_session(1080_00, "wrong_change"))
    report = answer.data["report"]
    assert (report.kind, report.expected_minor, report.difference_minor) == (
        "session",
        1089_90,
        -9_90,
    )
    event = shop.events(SessionClosed)[0]
    assert (event.counted_minor, event.expected_minor) == (1080_00, 1089_90)
    assert shop.view.session is None
    assert shop.sale is None
    text = paper(shop.devices.jobs[-1])
    voice = shop.till.station.gear.voice("ru")
    assert voice.text("report.difference_minor") in text


def test_closing_needs_somebody_signed_on(shop):
    ok(shop.till.sign_off())
    assert refusal(shop.till.close_session(0)) == "sign_on_first"


def test_a_report_names_who_opened_the_session_whoever_is_at_the_till_now(shop):
    opener = shop.view.operator.name
    ok(shop.till.sign_off())
    ok(shop.till.sign_on(*MARIA))
    report = ok(shop.till.x_report()).data["report"]
    assert (report.opened_by, report.operator) == (opener, "Maria")
    assert opener in paper(shop.devices.jobs[-1])
    closed = ok(shop.till.close_session(report.expected_minor)).data["report"]
    assert (closed.opened_by, closed.operator) == (opener, "Maria")


def test_two_sessions_of_a_day_make_one_day(manager):
    manager.sold(MILK)
    ok(manager.till.close_session(1089_90))
    ok(manager.till.open_session(100_00))
    assert manager.view.session.number == 2
    manager.sold(BREAD)
    assert ok(manager.till.x_report()).data["report"].receipts == 1
    z = ok(manager.till.end_of_day(145_00)).data["report"]
    assert (z.kind, z.receipts, z.sales_minor, z.difference_minor) == ("z", 2, 134_90, 0)
    assert manager.events(DayClosed)[0].totals.receipts == 2
    ok(manager.till.open_session(0))
    session = manager.memory.journal.session()
    assert session.business_on == date(2026, 11, 21)
    assert (session.number, session.day_totals.receipts) == (3, 0)
    document = manager.sold(MILK)
    assert document.business_on == date(2026, 11, 21)
    assert document.receipt_number == "A000003"


def test_the_day_of_a_session_that_was_closed_before_can_be_closed(manager):
    manager.sold(MILK)
    ok(manager.till.close_session(1089_90))
    z = ok(manager.till.end_of_day(1089_90)).data["report"]
    assert (z.kind, z.receipts, z.difference_minor) == ("z", 1, 0)
    assert len(manager.events(SessionClosed)) == 1
    assert len(manager.events(DayClosed)) == 1
    assert refusal(manager.till.end_of_day(0)) == "no_session"


def test_a_night_shop_goes_on_in_its_business_day(shop):
    shop.clock.move(hours=12)
    assert shop.sold(MILK).business_on == date(2026, 11, 20)


def test_closing_the_day_needs_the_right(shop):
    assert refusal(shop.till.end_of_day(0)) == "senior_only"
    assert shop.view.session is not None


# --- settlement -------------------------------------------------------------------------------


def close_online(bench: Bench):
    bench.courier.online = True
    ok(bench.till.end_of_day(0, "not_found"))
    bench.courier.answers("sync", sent=1)


def totals_of(bench: Bench, **other):
    theirs = {
        "receipts": 1,
        "sales": 1000_00,
        "by_tender": {"cash": 1000_00, "card": 0},
        "earned": 50,
        "voids": 7,
    }
    return {**theirs, **other}


@pytest.fixture
def day(manager):
    manager.sold(CHEESE, CARDS["anna"])
    return manager


def test_the_servers_totals_agree_with_the_tills(day):
    close_online(day)
    asked = day.courier.answers("settlement", totals=totals_of(day), conflicts=0)
    assert asked.fields == {"business_on": "2026-11-20"}
    assert day.codes_heard() == ["settled"]
    settled = day.heard[-1].data["settled"].settlement
    assert (settled.asked, settled.agreed, settled.differences) == (True, True, ())
    assert settled.unsent == day.view.link.unsent


def test_differences_are_named(day):
    close_online(day)
    wrong = totals_of(day, receipts=2, earned=40, by_tender={"cash": 1})
    day.courier.answers("settlement", totals=wrong, conflicts=3)
    assert day.codes_heard() == ["settlement_differs"]
    settled = day.heard[-1].data["settled"].settlement
    assert settled.differences == ("receipts", "earned", "by_tender")
    assert settled.conflicts == 3
    assert day.heard[-1].notices[0].tone is Tone.WARNING


def test_a_server_that_has_not_posted_everything_is_asked_again(day):
    close_online(day)
    day.courier.answers("settlement", totals={}, posted_seq=3, head=4)
    assert day.codes_heard() == []
    day.courier.answers("settlement", totals=totals_of(day), posted_seq=4, head=4)
    assert day.codes_heard() == ["settled"]


def test_a_link_that_breaks_leaves_the_day_closed_and_unsettled(day):
    close_online(day)
    day.courier.answers("settlement", error="timeout")
    assert day.till.station.days[-1].settled is None
    assert day.codes_heard() == []


def test_a_question_that_was_not_answered_is_asked_again_after_a_minute(day):
    close_online(day)
    day.courier.answers("settlement", error="timeout")
    day.till.tick()
    assert day.courier.asked == []
    day.clock.move(minutes=1)
    day.till.tick()
    day.courier.answers("sync", sent=0)
    day.courier.answers("settlement", totals=totals_of(day))
    assert day.codes_heard() == ["settled"]


def test_with_no_link_nothing_is_asked(day):
    ok(day.till.end_of_day(0, "not_found"))
    assert day.courier.asked == []


# --- from outside -----------------------------------------------------------------------------


def test_scans_of_a_device_come_one_by_one(shop):
    ready = shop.devices.ready
    shop.till.scanned(MILK.encode(), "]E0")
    assert shop.devices.ready == ready + 1
    assert shop.codes_heard() == ["item_added"]
    assert shop.sale.total_minor == 89_90


def test_devices_and_trouble_are_told_to_the_listeners(shop):
    shop.devices.what = (DeviceState("printer", "printer", "lost"),)
    shop.till.devices_changed()
    assert shop.heard[-1].changed == frozenset({Part.DEVICES})
    assert [(d.name, d.state) for d in shop.view.devices] == [("printer", "lost")]
    shop.till.trouble("courier_died")
    assert shop.codes_heard() == ["device_lost", "courier_died"]
    shop.till.printed("nobody", "printed")
    assert shop.heard[-1].ok
    shop.till.tick()


def test_the_link_is_taken_and_given_and_the_courier_is_run(shop):
    ok(shop.till.link(False))
    assert shop.courier.answers("link").fields == {"online": False}
    assert notices(shop.till.sync_now()) == ["syncing"]
    shop.courier.answers("sync", sent=3)
    assert shop.heard[-1].data["sync"] == {"sent": 3}
    assert Part.MEMBER in shop.heard[-1].changed


def test_a_till_says_how_old_its_mirror_is(shop):
    link = shop.view.link
    assert (link.online, link.stale, link.trouble) == (False, False, None)
    assert link.mirror_as_of.isoformat() == "2026-11-20T14:55:00+03:00"
    shop.courier.since = shop.clock.now
    shop.clock.move(hours=25)
    assert shop.view.link.stale
    assert shop.view.link.since.isoformat() == "2026-11-20T15:00:00+03:00"


def test_a_till_before_enrolment_shows_an_empty_screen(tmp_path):
    from pos_app.wiring.memory import open_memory
    from pos_app.workstation.station import Station
    from pos_app.workstation.terminal import Terminal
    from tests.workstation.tills import RecordedCourier, RecordedDevices

    bench = Bench(tmp_path / "other")
    memory = open_memory(tmp_path / "fresh")
    mirror = memory.mirror()
    station = Station(
        memory.journal,
        mirror,
        RecordedCourier(),
        RecordedDevices(),
        bench.till.station.gear,
        bench.till.station.settings,
    )
    view = Terminal(station, lambda: None, lambda: None).view()
    assert (view.store_name, view.operator, view.session) == ("", None, None)
    assert view.link.stale
    mirror.close()
    memory.close()
    bench.close()


def test_x_and_z_tell_how_the_float_came_to_what_should_be_in_the_drawer(bench):
    ok(bench.till.sign_on(*MARIA))
    ok(bench.till.open_session(5000_00))
    bench.sold(MILK, cash=100_00)
    ok(bench.till.cash_movement("paid_in", 300_00, "change"))
    ok(bench.till.cash_movement("pickup", 1000_00, "to_safe"))
    x = ok(bench.till.x_report()).data["report"]
    told = dict(x.amounts())
    assert (told["float_minor"], told["in_drawer_sales_minor"]) == (5000_00, 89_90)
    assert told["drawer_moved_minor"] == 300_00 - 1000_00
    assert told["expected_minor"] == 5000_00 + 89_90 - 700_00
    ok(bench.till.close_session(told["expected_minor"]))

    ok(bench.till.open_session(2000_00))
    bench.sold(MILK, cash=100_00)
    z = ok(bench.till.end_of_day(2089_90)).data["report"]
    told = dict(z.amounts())
    assert dict(z.by_tender)["cash"] == 2 * 89_90, "the day's"
    assert (told["float_minor"], told["drawer_sales_minor"]) == (2000_00, 89_90), "its drawer's"
    assert told["expected_minor"] == 2089_90
    assert "drawer_moved_minor" not in told
    words = paper(bench.devices.jobs[-1])
    voice = bench.till.station.gear.voice("ru")
    assert f"{voice.text('report.float_minor')} | 2000" in words
    assert f"{voice.text('report.business_on')} | {z.business_on:%d.%m.%Y}" in words
