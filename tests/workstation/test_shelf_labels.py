"""A price label from the till: what is in force today, by the queue of the printer."""

from drivers.contract import Barcode, Columns, Cut, Label, Symbology, Text
from pos_app.workstation.labels import LabelPaper
from pos_app.workstation.shelf_label import paper_of
from tests.sync.mirror.feeds import row
from tests.workstation.tills import APPLES_PLU, MILK, SOON, UNKNOWN, notices, refusal


def pieces(shop):
    label, cut = shop.devices.jobs[-1].elements
    assert cut == Cut(), "else it waits in the printer for the next customer's receipt"
    assert isinstance(label, Label)
    return label


def test_a_label_carries_name_price_unit_and_code(shop) -> None:
    assert notices(shop.till.print_label(MILK)) == ["sent_to_printer"]
    label = pieces(shop)
    assert (label.height_dots, label.gap_dots) == (320, 16)
    texts = [one for one in label.elements if isinstance(one, Text)]
    columns = [one for one in label.elements if isinstance(one, Columns)]
    assert texts[0].text == "Молоко 1 л"
    assert columns[0].left.startswith("89,90")
    assert columns[1].left == "за шт."
    (code,) = [one for one in label.elements if isinstance(one, Barcode)]
    assert (code.symbology, code.data) == (Symbology.EAN13, MILK)


def test_goods_by_weight_say_their_unit_and_carry_their_plu(shop) -> None:
    shop.till.print_label(APPLES_PLU)
    label = pieces(shop)
    assert any(isinstance(one, Columns) and one.left == "за 1 кг" for one in label.elements)
    (code,) = [one for one in label.elements if isinstance(one, Barcode)]
    assert code.data == APPLES_PLU


def test_labels_of_their_own_paper_lie_apart_already_and_are_not_cut(bench) -> None:
    body = {"name": "label_paper", "value": {"columns": 24, "height_mm": 30, "gap_mm": 3}}
    bench.mirrors(bench.newer(lambda ver: row("chain", ver, "setting", "label_paper", body)))
    shop = bench.open_shift()
    shop.till.print_label(MILK)
    (label,) = shop.devices.jobs[-1].elements
    assert (label.height_dots, label.gap_dots) == (240, 24)


def test_what_is_not_sold_today_has_no_label(bench) -> None:
    assert refusal(bench.till.print_label(MILK)) == "sign_on_first"
    shop = bench.open_shift()
    assert refusal(shop.till.print_label(UNKNOWN)) == "unknown_code"
    assert refusal(shop.till.print_label(SOON)) == "no_price"
    shop.devices.what = ()
    assert refusal(shop.till.print_label(MILK)) == "no_printer"


def test_the_shop_says_what_labels_lie_in_its_printer() -> None:
    assert paper_of(None) == LabelPaper()
    assert paper_of({"columns": 24, "height_mm": 30, "gap_mm": 3}) == LabelPaper(24, 30, 3)
    assert paper_of({"columns": "wide", "height_mm": True, "gap_mm": -1}) == LabelPaper()
