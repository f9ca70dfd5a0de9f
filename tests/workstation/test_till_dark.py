"""The offline value of the day: how long it was dark, what went on meanwhile, and what it cost."""

from tests.workstation.tills import BREAD, MARIA, MILK, Bench, notices, ok, paper


def link(bench, online):
    bench.courier.online = online
    bench.till.link_changed(False)


def lit(tmp_path):
    """A till with a link, open."""
    bench = Bench(tmp_path)
    bench.courier.online = True
    ok(bench.till.sign_on(*MARIA))
    ok(bench.till.open_session(0))
    return bench


def test_a_receipt_says_whether_it_was_made_without_a_link(tmp_path):
    bench = lit(tmp_path)
    bench.scan(MILK)
    ok(bench.till.pay("cash"))
    link(bench, False)
    bench.scan(MILK)
    ok(bench.till.pay("cash"))
    assert [one.offline for one in bench.documents()] == [False, True]
    totals = bench.till.station.session.totals
    assert (totals.receipts, totals.dark_receipts) == (2, 1)
    bench.close()


def test_points_given_in_the_dark_stand_apart_in_the_totals(tmp_path):
    bench = lit(tmp_path)
    link(bench, False)
    bench.scan(BREAD)
    bench.scan(MILK)
    ok(bench.till.member("code", "tanya-qr"))
    ok(bench.till.pay("cash"))
    earned = bench.documents()[-1].totals.points_earned
    totals = bench.till.station.session.totals
    assert (totals.dark_earned, totals.points_earned) == (earned, earned)
    assert earned > 0
    bench.close()


def test_dark_hours_are_counted_from_the_break_of_the_link_to_its_return(tmp_path):
    bench = lit(tmp_path)
    bench.clock.move(hours=1)
    link(bench, False)
    bench.clock.move(hours=3, minutes=10)
    link(bench, True)
    bench.clock.move(hours=1)
    assert bench.till.station.session.totals.dark_seconds == 190 * 60
    report = ok(bench.till.end_of_day(0, "not_found")).data["report"]
    assert (report.dark_minutes, report.dark_receipts) == (190, 0)
    assert "190" in paper(bench.devices.jobs[-1])
    bench.close()


def test_a_cut_of_the_power_forgets_no_darkness_and_the_close_counts_what_goes_on(tmp_path):
    bench = lit(tmp_path)
    link(bench, False)
    bench.clock.move(minutes=30)
    bench.restart()
    ok(bench.till.sign_on(*MARIA))
    bench.clock.move(minutes=15)
    ok(bench.till.close_session(0, "not_found"))
    report = ok(bench.till.end_of_day(0, "not_found")).data["report"]
    assert report.dark_minutes == 45
    assert bench.till.station.journal.last_session().dark_since is None
    bench.close()


def test_a_session_that_opens_without_a_link_is_dark_from_its_beginning(tmp_path):
    bench = Bench(tmp_path)
    ok(bench.till.sign_on(*MARIA))
    ok(bench.till.open_session(0))
    bench.clock.move(minutes=20)
    assert ok(bench.till.x_report()).data["report"].dark_minutes == 20
    bench.clock.move(minutes=5)
    assert ok(bench.till.x_report()).data["report"].dark_minutes == 25
    bench.close()


def test_a_full_disk_stops_no_till_from_noticing_its_link(tmp_path):
    bench = lit(tmp_path)
    bench.memory.close()
    link(bench, False)
    assert notices(bench.heard[-1]) == []
    assert bench.till.station.session.dark_since is not None
    bench.mirror.close()
