"""The demo is closed in the evening and opened again: its registrar is that of the day before."""

from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Counter
from pos_app.wiring.place import Place
from tests.demo_shop_once import furnished

PATIENCE_S = 60
BUTTER = "2000000000206"


class Evening:
    """A counter with a registrar, a console till at it, and a cashier with patience."""

    def __init__(self, place: Place, folder) -> None:
        self.counter = Counter("", ("fiscal",), folder)
        tables = [one for one in self.counter.devices["device"] if one["kind"] == "fiscal"]
        here = Place(place.data, place.server, {"device": tables})
        self.driver = build_console_till(here)
        self.till = self.driver.till.terminal
        self.done(self.till.sign_on("anna", "1111"))
        if self.till.view().session is None:
            self.done(self.till.open_session(0))
        self.until(lambda: self.till.station.registrar.trouble() is None)

    @staticmethod
    def done(answer) -> None:
        assert answer.ok, answer.refusal

    def until(self, ready) -> None:
        assert self.driver.wait_for(lambda: bool(ready()), PATIENCE_S)

    def receipts(self) -> int:
        return self.till.station.session.totals.receipts

    def registrar(self) -> dict:
        return self.counter.order("extra", device="fiscal")

    def ends(self) -> None:
        self.till.close()
        self.counter.child.stop()


def test_a_refund_in_cash_finds_the_money_that_was_taken_before_the_restart(tmp_path) -> None:
    with furnished(tmp_path / "shop") as shop:
        place = shop.till("till-1")
        first_sync(place.data, place.server)
        evening = Evening(place, tmp_path / "counter")
        evening.done(evening.till.type_text(BUTTER))
        evening.done(evening.till.pay("cash"))
        evening.until(lambda: evening.receipts() == 1)
        sold = evening.till.station.journal.last_document()
        before = evening.registrar()
        evening.ends()
        morning = Evening(place, tmp_path / "counter")
        assert morning.registrar()["cash"] == before["cash"]
        assert morning.registrar()["shift"] == "opened"
        morning.done(morning.till.return_sale(sold.receipt_number, None, "defect"))
        morning.done(morning.till.complete())
        morning.until(lambda: float(morning.registrar()["cash"]) == 0)
        morning.until(lambda: morning.till.view().transaction is None)
        morning.ends()
