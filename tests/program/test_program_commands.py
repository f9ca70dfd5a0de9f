"""`kopilka program ...`: what head office does before a programme is published."""

import json
from pathlib import Path

import pytest

from pos_app.wiring.cli import main
from tests.program.commands import CATALOGUE, DEMO, EVERYTHING, HEADING, a_program, run, written
from tests.workstation.tills import BREAD, MARIA, MILK, PROGRAM, SWEETS, TOBACCO, Bench, ok

# --- check


def test_a_good_program_is_summed_up(capsys) -> None:
    status, said = run(capsys, "check", DEMO)
    assert status == 0
    assert said[:2] == ["program kopilka-demo", "version 1"]
    assert said[2].startswith("content ")
    assert len(said[2].split()[1]) == 64
    assert any(line.startswith("promotions ") for line in said)


def test_every_fault_of_a_program_is_told_with_its_path(capsys, tmp_path) -> None:
    promotions = [{"id": "a", "kind": "percent", "percnt": "5"}]
    bad = written(tmp_path, "bad.json", a_program(version=0, promotions=promotions))
    status, said = run(capsys, "check", bad)
    assert status == 1
    assert any(line.startswith("version: ") for line in said)
    assert any(line.startswith("promotions[0] (a).percnt: is not known here") for line in said)


def test_what_is_not_json_is_a_fault_of_the_file(capsys, tmp_path) -> None:
    status, said = run(capsys, "check", written(tmp_path, "bad.json", "{"))
    assert (status, said[0].split(":")[0]) == (1, "document")


def test_a_file_that_is_not_there_is_one_sentence(capsys, tmp_path) -> None:
    assert main(["program", "check", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.startswith("kopilka: ")


def test_the_schema_is_printed_as_json(capsys) -> None:
    status, said = run(capsys, "schema")
    assert (status, json.loads("\n".join(said))["title"]) == (0, "Program")


# --- explain

BASKET = {
    "at": "2026-11-20T10:00:00+03:00",
    "store": "s1",
    "points": 50,
    "customer": {"id": "m1", "tier": "gold", "points": 500, "spend": {"year": "7000.00"}},
    "lines": [
        {"item": "2000000000015", "quantity": "2"},
        {"item": "sweets", "name": "Halva", "price": "100.00", "quantity": "3",
         "categories": ["Кондитерские изделия"]},
        {"item": "apples", "price": "200.00", "quantity": "0.342", "unit": "g"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        (
            "en",
            [
                "  2. Halva: 3 pcs x 100.00 = ₽300.00",
                "      Item promotions: −₽100.00, Sweets: 3 for 2: 3 × 100.00 − 200.00 = 100.00",
                "  Paid by points (50 points): −₽50.00",
                "  Sweets: 3 for 2: −₽100.00; lines 2",
                "Not applied",
                "      Not a birthday",
                "No other combination of discounts saves more",
            ],
        ),
        ("ru", ["Расчёт", "Применено", "Не применено", "      Не день рождения"]),
    ],
)
def test_a_basket_is_explained_in_the_language(capsys, tmp_path, language, wanted) -> None:
    basket = written(tmp_path, "basket.json", BASKET)
    status, said = run(
        capsys, "explain", DEMO, "--basket", basket, "--catalogue", CATALOGUE,
        "--language", language,
    )  # fmt: skip
    assert status == 0
    assert [line for line in wanted if line not in said] == []


def test_a_basket_of_a_program_with_everything_is_explained(capsys, tmp_path) -> None:
    basket = written(tmp_path, "basket.json", {**BASKET, "coupons": ["spring"],
        "customer": {"id": "m1"}, "lines": [
        {"item": "tea", "price": "450.00", "quantity": "9", "regulated": "tobacco"},
        {"item": "pan", "price": "990.00", "quantity": "1", "floor": "985.00", "brand": "Nordic"},
    ]})  # fmt: skip
    everything = json.loads(Path(EVERYTHING).read_text(encoding="utf-8"))
    program = written(tmp_path, "everything.json", {**everything, "node_budget": 1})
    status, said = run(capsys, "explain", program, "--basket", basket, "--language", "en")
    assert status == 0
    assert "      Tobacco: no discounts, no points" in said


def test_without_a_basket_the_rules_themselves_are_told(capsys) -> None:
    status, said = run(capsys, "explain", DEMO, "--language", "en")
    assert status == 0
    assert said[0].startswith("No basket given")
    assert "## Promotions" in said


def test_what_is_missing_to_the_next_promotion_is_hinted(capsys, tmp_path) -> None:
    basket = {**BASKET, "lines": [{"item": "x", "price": "2900.00"}], "customer": {"id": "m2"}}
    path = written(tmp_path, "basket.json", {k: v for k, v in basket.items() if k != "points"})
    status, said = run(capsys, "explain", DEMO, "--basket", path, "--language", "en")
    assert status == 0
    assert said[said.index("Hints") + 1].startswith("  ₽100.00 more for")


@pytest.mark.parametrize(
    ("basket", "fault"),
    [
        ("[", "document: is not JSON"),
        ({**BASKET, "lines": []}, "lines: a basket has lines"),
        ({**BASKET, "lines": [{"item": "x"}]}, "lines[0].price: is missing"),
        ({**BASKET, "lines": [{"item": "x", "price": "1", "quantity": "0"}]}, "lines[0].quantity"),
        ({**BASKET, "line": []}, "line: is not known here"),
        ({**BASKET, "lines": [{"item": "x", "price": "1"}] * 1001}, "lines: more than 1000"),
        ({**BASKET, "at": "now"}, "at: an instant with its zone is wanted"),
    ],
)
def test_faults_of_a_basket_are_told_with_their_path(capsys, tmp_path, basket, fault) -> None:
    path = written(tmp_path, "basket.json", basket)
    status, said = run(capsys, "explain", DEMO, "--basket", path)
    assert status == 1
    assert any(line.startswith(fault) for line in said), said


def test_a_basket_without_a_time_is_of_now_and_without_a_customer_of_nobody(
    capsys, tmp_path
) -> None:
    basket = {"lines": [{"item": "x", "price": "10.00"}]}
    path = written(tmp_path, "basket.json", basket)
    status, said = run(capsys, "explain", DEMO, "--basket", path, "--language", "en")
    assert status == 0
    assert "      Members only" in said


def test_a_bad_catalogue_is_told_by_line(capsys, tmp_path) -> None:
    catalogue = written(tmp_path, "c.csv", "ean,name,department,vat_rate,price_kop\n1,x,y,22,5\n")
    basket = written(tmp_path, "basket.json", BASKET)
    status, said = run(capsys, "explain", DEMO, "--basket", basket, "--catalogue", catalogue)
    assert (status, said) == (1, ["line 2: c.csv: ean has 8, 12, 13 or 14 digits, not '1'"])


# --- replay of another till's receipts


def receipts(*rows: str) -> str:
    return "\n".join((HEADING + ";member;tier", *rows)) + "\n"


ROWS = receipts(
    "1;2026-03-01 12:30;7;x1;Halva;Кондитерские изделия;3;100,00;300,00;m1;",
    "1;2026-03-01 12:30;7;x2;Apples;Фрукты > Весовые товары;0,342;129,90;44,43;m1;",
    "2;05.03.2026 09:10;7;x1;Halva;Кондитерские изделия;1;100,00;100,00;;",
    "3;2026-03-06T10:00;7;x9;Food;Зоотовары;2;3 199,00;6398;m1;",
    "4;2026-03-07T11:00:00+03:00;7;x3;Cup;Other;1;100;100;m1;gold",
)


def test_past_receipts_of_another_till_are_priced_again(capsys, tmp_path) -> None:
    path = written(tmp_path, "r.csv", ROWS)
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert status == 0
    assert said[1] == "Receipts: 4, from 1 Mar 2026 until 7 Mar 2026; customers with a card: 1"
    for line in (
        "Discounts: ₽0.00 | ₽410.00 | ₽410.00",
        "Discounts of the list amount: 0% | 5.91%",
        "Receipts that would change: 3 of 4",
        "  Sweets: 3 for 2: ₽100.00, receipts 1",
        "  Pet food −50 ₽: ₽100.00, receipts 1",
        "  3, 6 Mar, 10:00: ₽6,398.00 | ₽6,098.00 | −₽300.00",
        "  4, 7 Mar, 11:00: ₽100.00 | ₽90.00 | −₽10.00",
    ):
        assert line in said, line


def test_receipts_before_the_first_day_count_for_the_tier_only(capsys, tmp_path) -> None:
    rows = ROWS.replace(";m1;gold", ";m1;")
    path = written(tmp_path, "r.csv", rows)
    arguments = ("--receipts", path, "--since", "2026-03-07", "--language", "en")
    status, said = run(capsys, "replay", DEMO, *arguments)
    assert status == 0
    assert said[1].startswith("Receipts: 1, from 7 Mar 2026")
    assert "  Tier discount: ₽3.00, receipts 1" in said, "bronze by the receipt of the day before"


def test_receipts_can_be_played_as_if_they_were_later(capsys, tmp_path) -> None:
    when = {"from": "2026-12-01", "until": "2026-12-31"}
    promotion = {"id": "d", "name": {"en": "December"}, "kind": "percent", "percent": "10"}
    program = written(tmp_path, "p.json", a_program(promotions=[{**promotion, "when": when}]))
    path = written(tmp_path, "r.csv", ROWS)
    _, now = run(capsys, "replay", program, "--receipts", path, "--language", "en")
    assert "  No discount was given" in now
    assert not any("Largest" in line for line in now)
    _, later = run(
        capsys, "replay", program, "--receipts", path, "--language", "en", "--shift-days", "280"
    )
    assert any(line.startswith("  December: ₽") for line in later)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("9;2026-03-01;7;x;X;C;much;1;1;;", "line 2: quantity: not a decimal number: 'much'"),
        ("9;2026-03-01;7;x;X;C;-1;1;1;;", "line 2: quantity is not below 0: leave returns out"),
        ("9;2026-03-01;7;x;X;C;0;1;1;;", "line 2: quantity '0' is no number of pieces"),
        ("9;2026-03-01;7;x;X;C;1;1,005;1;;", "line 2: unit_price: at most 2 decimals, got '1,005'"),
        ("9;yesterday;7;x;X;C;1;1;1;;", "line 2: at: 'yesterday' is no time"),
        (";2026-03-01;7;x;X;C;1;1;1;;", "line 2: receipt is empty"),
        ("9;2026-03-01;7;x", "line 2: 4 cells where 11 are needed"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_its_receipt_left_out(
    capsys, tmp_path, row, fault
) -> None:
    path = written(tmp_path, "r.csv", receipts(row, "10;2026-03-02;7;x;X;C;1;1;1;;"))
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert status == 1
    assert said[1].startswith("Receipts: 1,")
    assert "1 row was not understood, its receipt was left out" in said
    assert any(line.startswith(fault) for line in said), said


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1;2026-03-01;7;x;X;C;1;1;1;m2;", "line 3: member: 'm2', but line 2 has 'm1'"),
        ("1;2026-03-01;7;x;X;C;1;1;1;;gold", "line 3: tier: 'gold', but line 2 has 'silver'"),
        ("1;2026-03-02;7;x;X;C;1;1;1;;", "line 3: at: '2026-03-02 00:00:00', but line 2 has"),
        ("1;2026-03-01;7;x;X;C;1;1;1;;plat", "line 3: tier: there is no 'plat'; there are: "),
    ],
)
def test_rows_of_one_receipt_that_contradict_each_other_are_told(
    capsys, tmp_path, row, fault
) -> None:
    path = written(tmp_path, "r.csv", receipts("1;2026-03-01;7;x;X;C;1;1;1;m1;silver", row))
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert status == 1
    assert said[-1].startswith(fault), said
    assert said[1] == "There are no receipts of that time"


def test_a_member_may_stand_in_one_row_of_a_receipt_only(capsys, tmp_path) -> None:
    rows = receipts("1;2026-03-01;7;x;X;C;1;1;1;;", "1;2026-03-01;7;x;X;C;1;1;1;m1;")
    path = written(tmp_path, "r.csv", rows)
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert (status, said[1][-22:]) == (0, "ustomers with a card: 1"[-22:])


def test_a_column_that_nobody_knows_is_told_before_anything_is_counted(capsys, tmp_path) -> None:
    path = written(tmp_path, "r.csv", ROWS.replace("member", "membre"))
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert status == 1
    assert said[-1].startswith("line 1: columns that nobody knows: membre; there may be member")
    assert said[1] == "There are no receipts of that time"


def test_a_comma_separates_as_well_and_the_catalogue_knows_the_goods(capsys, tmp_path) -> None:
    row = '1,2026-03-01T08:00,7,2000000000015,Milk,,"2","52,90",105.80'
    path = written(tmp_path, "r.csv", HEADING.replace(";", ",") + f"\n{row}\n")
    arguments = ("--receipts", path, "--catalogue", CATALOGUE, "--language", "en")
    status, said = run(capsys, "replay", DEMO, *arguments)
    assert status == 0
    assert "  Dairy morning −10 %: ₽10.58, receipts 1" in said


def test_no_receipts_at_all(capsys, tmp_path) -> None:
    path = written(tmp_path, "r.csv", receipts())
    status, said = run(capsys, "replay", DEMO, "--receipts", path, "--language", "en")
    assert (status, said[1]) == (0, "There are no receipts of that time")


def test_a_heading_that_lacks_columns_is_told(capsys, tmp_path) -> None:
    path = written(tmp_path, "r.csv", "receipt;at\n")
    status, said = run(capsys, "replay", DEMO, "--receipts", path)
    assert status == 1
    assert said[-1].startswith("line 1: columns are missing: store, item")


def test_a_search_that_stops_at_its_budget_is_said(capsys, tmp_path) -> None:
    promotions = [
        {"id": f"p{n}", "kind": "buy_n_pay_m", "buy": n, "pay": n - 1} for n in (2, 3, 4, 5)
    ]
    program = written(tmp_path, "p.json", a_program(promotions=promotions, node_budget=1))
    rows = [f"1;2026-03-01;7;x{n};X;C;{n};{n * 7 + 3};1;;" for n in range(1, 12)]
    path = written(tmp_path, "r.csv", receipts(*rows))
    _, said = run(capsys, "replay", program, "--receipts", path, "--language", "en")
    assert "Receipts where the search stopped at its budget: 1" in said


# --- replay of our own till


def test_a_tills_own_receipts_are_priced_again_and_its_file_is_left_alone(capsys, tmp_path) -> None:
    bench = Bench(tmp_path / "till").open_shift()
    try:
        bench.sold(SWEETS, SWEETS, SWEETS)
        bench.scan(TOBACCO)
        ok(bench.till.confirm("age", "seen"))
        document = bench.sold(MILK, BREAD)
        ok(bench.till.return_sale(document.receipt_number, [(2, "1")], "defect", MARIA))
        ok(bench.till.complete())
        before = len(bench.documents())
        program = {**PROGRAM, "version": 2, "promotions": [
            {"id": "all", "name": {"en": "Ten off all"}, "kind": "percent", "percent": "10"}
        ]}  # fmt: skip
        path = written(tmp_path, "p.json", {k: v for k, v in program.items() if k != "coupons"})
        till = str(tmp_path / "till" / "till.db")
        status, said = run(capsys, "replay", path, "--till-file", till, "--language", "en")
        assert len(bench.documents()) == before
    finally:
        bench.close()
    assert status == 0
    assert said[1].startswith("Receipts: 2,")
    assert any(line.startswith("  Ten off all: ₽") and "receipts 2" in line for line in said)
    assert "1 return was left out" in said
    list_minor = sum(line.list_minor for line in document.lines if line.item_id != TOBACCO)
    assert list_minor, "tobacco is known from the till's mirror and gets no discount"


def test_a_till_file_that_is_none_is_one_sentence(capsys, tmp_path) -> None:
    path = written(tmp_path, "till.db", "not a database at all, whatever its name says" * 100)
    assert main(["program", "replay", DEMO, "--till-file", path]) == 2
    assert capsys.readouterr().err.startswith("kopilka: ")


# --- sheet


def test_the_sheet_of_a_day_leaves_out_what_has_ended(capsys) -> None:
    _, whole = run(capsys, "sheet", EVERYTHING, "--language", "en")
    status, today = run(capsys, "sheet", EVERYTHING, "--language", "en", "--on", "2026-06-01")
    assert status == 0
    assert any(line.startswith("- Long ago") for line in whole)
    assert not any(line.startswith("- Long ago") for line in today)
