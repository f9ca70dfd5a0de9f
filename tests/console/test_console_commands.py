"""Every command of the console: one line in, one answer out, and the till goes on."""

import json
import re
from pathlib import Path

import pytest

from pos_app.console.state import plain
from pos_app.domain.money import Money
from pos_app.domain.quantity import grams
from pos_app.domain.sentence import Points, Rate, say
from resources.words import Words
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PHONES,
    SWEETS,
    UNKNOWN,
    VODKA,
    member_id,
)

DOC = Path(__file__).parents[2] / "docs" / "console.md"
STATE = {
    "operator",
    "session",
    "online",
    "unsent",
    "mirror_as_of",
    "transaction",
    "member",
    "offers",
    "hints",
}
TRANSACTION = {
    "id",
    "lines",
    "list_total",
    "discount_total",
    "points_redeemed",
    "total",
    "due",
    "tenders",
    "change_due",
    "earn",
}
LINE = {
    "line",
    "item",
    "name",
    "quantity",
    "unit_price",
    "list_amount",
    "discounts",
    "amount",
    "points_earned",
}
MEMBER = {
    "id",
    "display_name",
    "tier",
    "points",
    "pending",
    "expiring",
    "allowance",
    "as_of",
    "next_tier",
}


FIELDS = re.findall(
    r"\w+",
    "operator pin float counted data hex aim text item quantity line percent amount reason "
    "override by value phone card name consents points kind code label receipt lines index "
    "transaction printed online age wait",
)


def no_numbers_for_money(value, path=""):
    """Amounts, quantities and points are texts; the only numbers are counts and line numbers."""
    if isinstance(value, dict):
        for name, one in value.items():
            no_numbers_for_money(one, f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            no_numbers_for_money(one, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        name = path.rpartition(".")[2]
        counts = {"line", "unsent", "number", "lines", "selected_line", "receipts", "returns"}
        more = {"session_number", "voids", "no_sales", "unusual", "risked", "sent", "conflicts"}
        more |= {"dark_seconds", "dark_receipts", "places"}
        assert name in counts | more, path


def test_the_state_has_every_field_of_the_surface_as_decimal_strings(shift):
    shift.bench.grant("anna", 300)
    shift.do("scan", data=CHEESE)
    shift.do("scan", data=SWEETS)
    shift.do("quantity", line=2, quantity="3")
    shift.do("scan", data=CARDS["anna"])
    shift.do("redeem", points="max")
    answer = shift.do("tender", kind="cash", amount="100.00")
    state = answer["state"]
    assert set(state) >= STATE
    assert set(state["transaction"]) >= TRANSACTION
    assert set(state["transaction"]["lines"][0]) >= LINE
    assert set(state["transaction"]["lines"][1]["discounts"][0]) >= {"rule", "amount", "why"}
    assert set(state["member"]) >= MEMBER
    no_numbers_for_money(answer)
    transaction = state["transaction"]
    assert transaction["list_total"] == "1300.00"
    assert transaction["discount_total"] == "100.00"
    assert transaction["points_redeemed"] == "300"
    assert transaction["total"] == "900.00"
    assert transaction["due"] == "800.00"
    assert transaction["tenders"] == [{"kind": "cash", "amount": "100.00"}]
    assert transaction["lines"][0]["quantity"] == "1"
    member = state["member"]
    assert (member["points"], member["allowance"]) == ("1250", "300")
    assert member["expiring"] == [{"points": "1250", "on": "2026-12-31"}]
    assert member["next_tier"] == {"name": "Серебро", "needs": "5000.00"}
    assert member["as_of"] == "2026-11-20T14:00:00+03:00"
    assert state["session"]["business_on"] == "2026-11-20"
    assert state["operator"]["id"] == "maria"


def test_a_whole_sale_answers_what_a_kiosk_needs(shift):
    shift.do("type", text="2*")
    shift.do("type", text=MILK)
    shift.do("tender", kind="cash", amount="200.00")
    answer = shift.do("complete")
    assert answer["data"]["receipt_number"] == "A000001"
    assert answer["data"]["change_due"] == "20.20"
    assert answer["data"]["transaction_id"]
    assert [e["code"] for e in answer["events"]] == ["completed"]
    assert answer["events"][0]["tone"] == "closed"
    assert answer["state"]["transaction"] is None
    assert answer["state"]["last_sale"]["change_due"] == "20.20"
    no_numbers_for_money(answer)


def test_scans_come_as_text_or_as_bytes_with_or_without_an_identifier(shift):
    shift.do("scan", data=MILK)
    shift.do("scan", hex=MILK.encode().hex(), aim="]E0")
    shift.do("scan", hex=b"\x1d01".hex() + (MILK.zfill(14) + "215abc").encode().hex(), aim="]d2")
    assert shift.do("state")["state"]["transaction"]["lines"][0]["quantity"] == "3"
    assert shift.refused("scan", hex="zz") == "bad_field"
    assert shift.refused("scan", data=MILK, aim=5) == "bad_field"
    assert shift.refused("scan") == "bad_field"
    assert shift.refused("scan", data=UNKNOWN) == "unknown_code"


def test_goods_are_found_checked_added_and_taken_out(shift):
    found = shift.do("find", text="мол")["data"]["items"]
    assert {(row["name"], row["unit_price"]) for row in found} == {
        ("Молоко 1 л", "89.90"),
        ("Молоко топлёное", "99.00"),
    }
    assert shift.do("price_check", item=MILK)["data"]["item"]["unit_price"] == "89.90"
    shift.do("add", item="item1", quantity="2")
    shift.do("add", item="item2")
    shift.do("discount", line=1, percent="10", reason="torn")
    shift.do("discount", amount="5.00", reason="waited")
    state = shift.do("void_line", line=2, reason="mistake")["state"]
    assert state["transaction"]["total"] == "156.82"
    shift.do("undo")
    trace = shift.do("explain")["data"]["trace"]
    no_numbers_for_money([{k: v for k, v in row.items() if k != "lines"} for row in trace])
    shift.do("void_transaction", reason="customer_left")
    assert shift.refused("undo") == "nothing_to_undo"


def test_members_are_identified_asked_enrolled_and_removed(shift):
    balance = shift.do("balance", by="phone", value=PHONES["anna"])
    assert balance["state"]["transaction"] is None
    member = balance["data"]["member"]
    assert (member["points"], member["pending"], member["allowance"]) == ("1250", "0", "0")
    assert member["tier_name"] == "Участник"
    no_numbers_for_money(balance)
    assert shift.do("balance", by="id", value=member_id("vera"))["data"]["member"]["blocked"]
    assert shift.refused("balance", by="phone", value="+79165554433") == "unknown_phone"
    assert shift.refused("balance", by="card", value="290") == "unknown_member"
    assert shift.refused("balance", by="face", value="x") == "bad_member_key"
    assert shift.do("member", by="card", value=CARDS["anna"])["state"]["member"]["points"]
    assert shift.do("member", by=None)["state"]["member"] is None
    shift.do("member", by="code", value="anna-qr")
    assert shift.do("member", by="card", value=None)["state"]["member"] is None
    assert len(shift.do("member", by="last4", value="1111")["data"]["members"]) == 2
    new = shift.do("enrol", phone="89165554433", name="Олег", consents=["processing"])
    assert new["state"]["member"]["display_name"] == "Олег"
    assert shift.refused("enrol", phone="89165554433", consents="all") == "bad_field"
    assert shift.refused("enrol", phone="89165554433", consents=[1]) == "bad_field"
    assert shift.refused("enrol", phone="89165554433", card=1) == "bad_field"
    for points in (True, None, 1.5):
        assert shift.refused("redeem", points=points) == "bad_field"
    assert shift.do("redeem", points=0)["ok"]


def test_a_balance_is_nobodys_business_before_sign_on(desk):
    assert desk.refused("balance", by="card", value=CARDS["anna"]) == "sign_on_first"


def test_a_member_enrolled_here_has_a_balance_here(shift):
    shift.do("enrol", phone="89165554433")
    shift.do("void_transaction")
    found = shift.do("balance", by="phone", value="89165554433")["data"]["member"]
    assert found["points"] == "0"


def test_tenders_are_added_and_taken_back(shift):
    shift.do("scan", data=MILK)
    shift.do("tender", kind="card", amount="50.00")
    assert shift.refused("tender", kind="gift_card", amount="1.00") == "gift_card_which"
    assert shift.refused("tender", kind="card", amount="50.00") == "card_overpaid"
    assert shift.refused("complete") == "not_paid"
    shift.do("void_tender", index=0)
    for amount in ("1.001", "x", 1.5, None, True):
        assert shift.refused("tender", kind="cash", amount=amount) == "bad_field"
    shift.do("tender", kind="cash", amount=100)
    assert shift.do("complete")["data"]["change_due"] == "10.10"


def test_an_age_is_confirmed(shift):
    state = shift.do("scan", data=VODKA)["state"]
    assert state["demand"]["kind"] == "age"
    assert state["demand"]["text"]
    assert shift.refused("tender", kind="cash") == "age_first"
    assert shift.refused("confirm") == "bad_field"
    assert shift.refused("confirm", pin="1") == "no_member"
    assert shift.do("confirm", age="seen")["state"]["demand"] is None


def test_a_receipt_is_put_aside_and_resumed_by_label_or_id(shift):
    shift.do("scan", data=MILK)
    suspended = shift.do("suspend", label="хлеб")["state"]["suspended"]
    assert (suspended[0]["label"], suspended[0]["total"]) == ("хлеб", "89.90")
    assert shift.refused("resume", label="соль") == "not_suspended"
    shift.do("resume", label="хлеб")
    shift.do("suspend")
    shift.do("resume")
    shift.do("suspend")
    number = shift.do("state")["state"]["suspended"][0]["id"]
    assert shift.do("resume", label=number)["state"]["transaction"]["id"] == number


def test_goods_come_back_by_receipt_or_transaction(shift):
    shift.do("scan", data=MILK)
    shift.do("scan", data=BREAD)
    shift.do("tender", kind="cash")
    number = shift.do("complete")["data"]["transaction_id"]
    shown = shift.do("receipt", receipt="A000001")["data"]["receipt"]
    assert [line["amount"] for line in shown["lines"]] == ["89.90", "45.00"]
    assert (shown["points_redeemed"], shown["points_redeemed_amount"]) == ("0", "0.00")
    told = shift.do("explain", transaction="A000001")["data"]["trace"]
    assert not any(one["applied"] for one in told)
    lines = [{"line": 1, "quantity": "1"}]
    assert shift.do("return_sums", receipt="A000001", lines=lines)["data"]["back"]["out"] == "89.90"
    shift.do("return", receipt="A000001", lines=lines, reason="defect")
    assert shift.do("complete")["state"]["last_sale"]["total"] == "89.90"
    shift.do("return", transaction=number)
    shift.do("complete")
    assert shift.refused("return", receipt="A000001") == "all_returned"
    assert shift.refused("return", without_receipt=[]) == "bad_field"
    for lines in ("all", [1], [{"line": "1", "quantity": "1"}], [{"line": 1}]):
        assert shift.refused("return", receipt="A000001", lines=lines) == "bad_field"
    shift.do("reprint", receipt="A000001")
    shift.do("reprint")
    assert shift.refused("reprint", receipt=7) == "bad_field"


def test_paper_is_asked_about(shift):
    assert shift.refused("print_answer", printed=True) == "nothing_to_print"
    assert shift.refused("print_answer", printed="no") == "bad_field"


def test_cash_moves_and_the_day_closes_with_decimal_strings(shift):
    shift.do("scan", data=MILK)
    shift.do("tender", kind="card")
    shift.do("complete")
    shift.do("paid_in", amount="50.00", reason="found_cash")
    shift.do("paid_out", amount="10.00", reason="purchase")
    shift.do("loan", amount="100", reason="change")
    shift.do("pickup", amount="500.00", reason="to_safe")
    shift.do("no_sale", reason="check_drawer")
    report = shift.do("x_report")["data"]["report"]
    assert report["by_tender"] == {"card": "89.90"}
    assert (report["returns"], report["returns_amount"]) == (0, "0.00")
    assert (report["pickup"], report["expected"], report["no_sales"]) == ("500.00", "640.00", 1)
    shift.do("close_session", counted="640.00")
    shift.do("open_session", float="640.00")
    answer = shift.do("end_of_day", counted="630.00", reason="wrong_change")
    no_numbers_for_money(answer)
    assert answer["data"]["report"]["difference"] == "-10.00"
    assert answer["state"]["session"] is None
    shift.do("sign_off")


def test_overrides_carry_an_operator_and_a_pin(desk):
    desk.open_shift("ivan", "1111")
    assert desk.refused("no_sale", reason="x") == "needs_override"
    assert desk.refused("no_sale", override="maria") == "bad_field"
    assert desk.refused("no_sale", override={"operator": "maria"}) == "bad_field"
    assert desk.refused("no_sale", override={"operator": "maria", "pin": "1"}) == "wrong_pin"
    desk.do("no_sale", override={"operator": "maria", "pin": "3333"})


def test_the_link_and_the_courier_are_driven(shift):
    shift.do("link", online=False)
    assert shift.bench.courier.asked[0].fields == {"online": False}
    assert shift.refused("link", online="false") == "bad_field"
    answer = shift.do("sync", wait=3)
    assert answer["data"]["sync"]["sent"] == 0
    shift.do("sync", wait="4")
    shift.do("sync")
    assert shift.synced == [3, 4, 10]
    for wait in ("soon", -1, 1.5, "9" * 30, None):
        assert shift.refused("sync", wait=wait) == "bad_field"


def test_values_of_the_rules_are_texts_for_a_script():
    values = (Money(12_50), Points(7), Rate(75_000), grams(342), say("x"), None, True, {2, 1})
    assert plain(values, 2, Words("en")) == [
        "12.50",
        "7",
        "7.5000",
        "0.342",
        "X",
        None,
        True,
        [1, 2],
    ]


@pytest.mark.parametrize("name", ["adjust", "merge"])
def test_what_this_release_lacks_is_refused_by_name(shift, name):
    assert shift.refused(name) == "not_here"


def test_broken_lines_and_unknown_commands_get_an_error_and_the_till_goes_on(shift):
    broken = (
        "{",
        "[]",
        "7",
        '{"command": 5}',
        '{"x": 1}',
        "[" * 100_000,
        '{"command": "type", "text": "\\ud800"}',
        '{"command": "\\ud800"}',
    )
    answers = shift.lines(*broken, "", "  \n", '{"command":"fly"}', '{"command":"state"}')
    codes = [a["error"]["code"] for a in answers[:-1]]
    assert codes == ["broken_line"] * len(broken) + ["unknown_command"]
    assert answers[-1]["ok"]
    long = shift.ask("x" * 5000)
    assert len(long["error"]["message"]) < 200


@pytest.mark.parametrize("value", [None, 5, [], {}, True, "", "-1", "9" * 5000, "٣"])
def test_no_value_of_any_field_stops_the_till(shift, value):
    shift.do("scan", data=MILK)
    for command in shift.console._commands.names():
        for name in FIELDS:
            answer = shift.ask(command, **{name: value})
            assert set(answer) >= {"ok", "state"}
    if shift.do("state")["state"]["operator"] is None:
        shift.do("sign_on", operator="maria", pin="3333")
    assert shift.do("state")["ok"]


def test_the_page_names_every_command(shift):
    named = set(re.findall(r"`([a-z_0-9]+)`", DOC.read_text(encoding="utf-8")))
    assert set(shift.console._commands.names()) | {"sync"} <= named


def matches(found, wanted, path="answer"):
    """Everything the page shows is in the answer; the page may leave out the rest."""
    if isinstance(wanted, dict):
        for name, one in wanted.items():
            assert name in found, f"{path}.{name}"
            matches(found[name], one, f"{path}.{name}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), path
        for n, one in enumerate(wanted):
            matches(found[n], one, f"{path}[{n}]")
    else:
        assert found == wanted, path


def test_the_session_on_the_page_happens_as_written(desk):
    text = DOC.read_text(encoding="utf-8")
    session = re.search(r"```console\n(.*?)```", text, re.DOTALL)[1]
    pairs = re.findall(r"^> (.*)\n((?:^< .*\n)+)", session, re.MULTILINE)
    assert len(pairs) > 8
    desk.bench.grant("anna", 300)
    for command, answer in pairs:
        wanted = json.loads(" ".join(line[2:] for line in answer.splitlines()))
        matches(*desk.lines(command), wanted, command)
