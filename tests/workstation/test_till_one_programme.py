"""A view and a price are of one programme; a new one counts from the next on."""

from tests.workstation.tills import CARDS, CHEESE, MILK, PROGRAM, program_row


def test_one_scan_asks_the_mirror_a_few_times_whatever_the_screen_shows(shop, monkeypatch):
    shop.scan(MILK, CARDS["tanya"])
    mirror, asked = shop.till.station.mirror, []
    real = mirror.cursor_text
    monkeypatch.setattr(mirror, "cursor_text", lambda: asked.append(1) or real())
    shop.scan(CHEESE)
    few = len(asked)
    assert shop.view.transaction is not None
    assert len(asked) - few <= 2
    assert few <= 12


def test_a_programme_that_arrives_between_two_views_is_in_the_second(shop):
    shop.scan(CHEESE)
    before = shop.view.offers
    news = {**PROGRAM, "version": 2, "currency": {"code": "BYN", "minor_digits": 2}}
    shop.mirrors(program_row(900, news))
    shop.clock.move(minutes=1)
    assert shop.view.currency.code == "BYN"
    assert shop.view.offers == before
    assert not shop.till.station.in_force.held
