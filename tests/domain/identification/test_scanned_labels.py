"""What a scan turns out to be, by the shop's rules: neutral vectors and what they leave open."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from pos_app.domain.identification import CardRange, Identifier, Kind, LabelRules, Layout, Reason
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook
from tests.vectors import scan
from tests.vectors.framing import DELIVERIES

VECTORS = Path(__file__).parents[2] / "data/vectors/scan.json"
DOCUMENT = json.loads(VECTORS.read_text(encoding="utf-8"))
VISA = "4111111111111111"


def identifier(**rules) -> Identifier:
    return Identifier(LabelRules(**rules), WorldPhoneBook(), BiipGs1Reader())


def check_digit(body: str) -> str:
    total = sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


@pytest.mark.parametrize("case", DOCUMENT["vectors"], ids=lambda c: c["id"])
def test_neutral_case_is_understood(case) -> None:
    assert scan.difference(case, DOCUMENT["profile"], DELIVERIES) == ""


@pytest.mark.parametrize(
    ("text", "kind", "field", "value"),
    [
        (b"K1C:AUTUMN-7", Kind.COUPON, "code", "AUTUMN-7"),
        (b"k1c:autumn-7", Kind.COUPON, "code", "autumn-7"),
        (b"K1G:9f8aKq2L", Kind.GIFT_CARD, "code", "9f8aKq2L"),
        (b"K1R:T01-000123", Kind.RECEIPT_NUMBER, "code", "T01-000123"),
        (b"K1M:MFRGGZDF", Kind.QR_TOKEN, "token", "MFRGGZDF"),
        (b"]C0K1C:AUTUMN-7", Kind.COUPON, "code", "AUTUMN-7"),
    ],
)
def test_our_own_labels_are_recognised_in_any_case(text, kind, field, value) -> None:
    answer = identifier().scan(text)
    assert (answer.kind, getattr(answer, field)) == (kind, value)
    assert answer.symbology == ("CODE128" if text.startswith(b"]") else "QR")


def test_proof_of_somebody_else_is_kept_apart_from_our_own_tokens() -> None:
    shop = identifier(external_identity_qr=("https://id.example/p/<token>",))
    answer = shop.scan(b"]Q1https://id.example/p/eyJhbGci.e30")
    assert (answer.kind, answer.token) == (Kind.EXTERNAL_IDENTITY, "eyJhbGci.e30")


@pytest.mark.parametrize("text", [b"K1C:", b"K1M:two words", b"K1R"])
def test_our_prefix_without_a_code_is_only_words(text) -> None:
    assert identifier().scan(text).kind is Kind.TEXT


def test_link_of_the_member_card_may_be_in_capitals_and_carry_more() -> None:
    shop = identifier(member_qr=("https://loy.example/c/<token>",))
    assert shop.scan(b"HTTPS://LOY.EXAMPLE/C/AB12?utm=qr").token == "AB12"
    assert shop.scan(b"https://loy.example.evil/c/AB12").kind is Kind.URL


@pytest.mark.parametrize(
    ("layout", "kind"),
    [
        (Layout.GIFT_CARD, Kind.GIFT_CARD),
        (Layout.COUPON, Kind.COUPON),
        (Layout.RECEIPT, Kind.RECEIPT_NUMBER),
    ],
)
def test_an_ean13_range_may_belong_to_papers_of_the_shop(layout, kind) -> None:
    number = check_digit("297000012345")
    shop = identifier(layouts={"29": Layout.MEMBER_CARD, "297": layout})
    answer = shop.scan(number.encode())
    assert (answer.kind, answer.code) == (kind, number)
    assert shop.scan(check_digit("298000012345").encode()).kind is Kind.LOYALTY_CARD


def test_same_digits_mean_another_thing_in_another_shop() -> None:
    number = b"2112345012346"
    as_price = identifier(layouts={"21": Layout.PRICE}).scan(number)
    assert (as_price.kind, as_price.plu, as_price.price_minor) == (Kind.RCN_PRICE, "12345", 1234)
    assert identifier(layouts={}).scan(number).kind is Kind.PRODUCT


def test_upc_with_number_system_2_follows_the_rule_of_prefix_02() -> None:
    upc = check_digit("21234501234")
    shop = identifier(layouts={"02": Layout.WEIGHT})
    answer = shop.scan(upc.encode())
    assert (answer.kind, answer.plu, answer.weight_g) == (Kind.RCN_WEIGHT, "12345", 1234)


@pytest.mark.parametrize("text", [b"]E0ABCDEFGHIJKLM", b"]E0123", b"]E112", b"]E3123x"])
def test_named_retail_symbology_with_strange_data_is_a_bad_scan(text) -> None:
    answer = identifier().scan(text)
    assert (answer.kind, answer.reason) == (Kind.GARBAGE, Reason.UNREADABLE)


def test_case_code_keeps_its_level_and_bad_one_is_refused() -> None:
    assert identifier().scan(b"]I130712345000010").gtin14 == "30712345000010"
    assert identifier().scan(b"]I130712345000011").reason is Reason.CHECK_DIGIT
    assert identifier().scan(b"]I030712345000010").kind is Kind.PRODUCT
    assert identifier().scan(b"]I030712345000011").kind is Kind.LOYALTY_CARD
    assert identifier().scan(b"]I01234567").kind is Kind.LOYALTY_CARD


def test_driver_may_have_split_the_identifier_off() -> None:
    answer = identifier().scan(b"9123456789", aim="]C0")
    assert (answer.kind, answer.aim, answer.symbology) == (Kind.LOYALTY_CARD, "]C0", "CODE128")
    assert identifier().scan(b"\xff\xfe", aim="]Q1").symbology == "QR"
    assert identifier().scan(b"fdg", aim="strange").symbology == "UNKNOWN"


@pytest.mark.parametrize("text", [b"]~1abcdef", b"]E9abcdef", b"]"])
def test_unknown_identifier_stays_in_the_words(text) -> None:
    answer = identifier().scan(text)
    assert (answer.kind, answer.aim, answer.text) == (Kind.TEXT, None, text.decode())


def test_driver_may_name_the_symbology_without_an_identifier() -> None:
    shop = identifier()
    assert shop.scan(b"96385074", symbology="EAN8").gtin14 == "00000096385074"
    assert shop.scan(b"96385075", symbology="EAN8").reason is Reason.CHECK_DIGIT
    assert shop.scan(b"96385075").kind is Kind.LOYALTY_CARD


@pytest.mark.parametrize(
    ("upc_e", "gtin14"),
    [
        (b"04252614", "00042100005264"),
        (b"425261", "00042100005264"),
        (b"01234531", "00012300000451"),
        (b"01234543", "00012340000053"),
        (b"01234565", "00012345000065"),
    ],
)
def test_short_upc_stands_for_its_long_form(upc_e, gtin14) -> None:
    body, check = gtin14[:13], gtin14[13]
    assert check_digit(body)[13] == check
    assert identifier().scan(upc_e, symbology="UPCE").gtin14 == gtin14


def test_short_upc_of_a_strange_length_is_a_bad_scan() -> None:
    assert identifier().scan(b"0425261", symbology="UPCE").reason is Reason.UNREADABLE
    assert identifier().scan(b"04252615", symbology="UPCE").reason is Reason.CHECK_DIGIT


def test_shop_may_say_which_numbers_are_cards() -> None:
    shop = identifier(cards=(CardRange("7000", 15, 15),))
    assert shop.scan(b"]C0700012345678901").kind is Kind.LOYALTY_CARD
    assert shop.scan(b"]C0800012345678901").kind is Kind.TEXT


@pytest.mark.parametrize(
    "text",
    [
        VISA,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "]C0" + VISA,
        "]Q1" + VISA,
        f";{VISA}=25121011000012345678?",
        f"%B{VISA}^DOE/JANE^2512101?",
        "K1M:" + VISA,
        "https://pay.example/?n=" + VISA,
        "378282246310005",
        "2200000000000004",
        "2223000048400011",
        "5555555555554444",
    ],
)
def test_payment_card_is_refused_and_nothing_of_it_is_kept(text) -> None:
    for answer in (identifier().scan(text.encode()), identifier().typed(text)):
        assert (answer.kind, answer.reason) == (Kind.GARBAGE, Reason.PAYMENT_CARD)
        kept = " ".join(str(getattr(answer, f.name)) for f in fields(answer))
        assert not any(part in kept for part in ("1111", "4631", "0000", "4840", "5555"))


def test_sixteen_digits_that_fail_luhn_or_begin_otherwise_are_a_card_of_the_shop() -> None:
    assert identifier().scan(b"4111111111111112").kind is Kind.LOYALTY_CARD
    assert identifier().scan(b"7000000000000005").kind is Kind.LOYALTY_CARD


def test_location_number_in_gs1_data_is_not_taken_for_a_payment_card() -> None:
    location = check_digit("411111111111")
    assert identifier().scan(f"]C1411{location}".encode()).kind is Kind.GS1


def test_card_number_and_phone_stay_out_of_what_a_log_would_show() -> None:
    shown = repr(identifier().scan(b"2900000123458")) + repr(identifier().scan(b"+79123456789"))
    assert "2900000123458" not in shown
    assert "79123456789" not in shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"]C1255950110153001AB", "AI 255 format"),
        (b"]C12559501101530011", "AI 255 check digit"),
        (b"]C18018950110153001000021", "AI 8018 check digit"),
        (b"]C1310300123", "AI 3103 too short"),
        (b"]C13103ABCDEF", "AI 3103 format"),
        (b"]C110123456789012345678901", "AI 10 format"),
        (b"\x1d0104600439931256\x1d\x1d9", "unknown AI at '9'"),
        ("]d2010460043993125621Ж".encode(), "not GS1 characters"),
    ],
)
def test_faulty_gs1_data_say_where(text, error) -> None:
    answer = identifier().scan(text)
    assert (answer.kind, answer.error) == (Kind.GARBAGE, error)
    assert not answer.is_usable


def test_gs1_coupon_number_is_a_coupon() -> None:
    number = check_digit("950110153000") + "77"
    answer = identifier().scan(f"]C1255{number}".encode())
    assert (answer.kind, answer.code) == (Kind.COUPON, number)


def test_long_gs1_message_is_read_though_the_scanner_names_nothing() -> None:
    answer = identifier().scan(b"010703206980498815210526100329")
    assert (answer.kind, answer.symbology) == (Kind.GS1, "GS1_UNKNOWN")
    assert answer.ai == {"01": "07032069804988", "15": "210526", "10": "0329"}
    assert identifier().scan(b"01070320698049888899ABCDEF").kind is Kind.TEXT


def test_weight_in_gs1_data_is_rounded_half_up_to_a_gram() -> None:
    assert identifier().scan(b"]C101046004399312563105001250").weight_g == 13
    assert identifier().scan(b"]C101046004399312563100000002").weight_g == 2000


def test_marking_code_keeps_its_bytes_for_the_registrar() -> None:
    code = b"0104610053149777215d/wuU\x1d93dGVz"
    for sent in (code, b"]d2" + code, b"\x1d" + code):
        assert identifier().scan(sent).raw == code


@pytest.mark.parametrize(
    "text",
    [
        b"0109001432002380215ahbhn93lMv9",
        b"]d20104610053149777215d/wuU93dGVz3103000425",
        b"]d20104669000322220215t*NH>t:ngCfH91FFD0\x1d92dGVzdBL8SAtwRqhp7H9rfyI59GoJ8ec6X9GhckDf8JE=",
        b"0104669000322220215t*NH>t:ngCfH91FFD092dGVzdBL8SAtwRqhp7H9rfyI59GoJ8ec6X9GhckDf8JE=",
        b"0104669000322220215t*NH>\x1d91FFD092dGVzdBL8SAtwRqhp7H9rfyI59GoJ8ec6X9GhckDf8JE=",
        b"]d20104610053149777215d/wuU\x1d93dGVz3103000450",
    ],
)
def test_marking_code_with_a_swallowed_separator_is_asked_for_again(text) -> None:
    answer = identifier().scan(text)
    assert (answer.kind, answer.gs_lost, answer.reason) == (Kind.MARKING, True, Reason.GS_LOST)
    assert answer.gtin14
    assert answer.raw == b""
    assert not answer.is_usable


def test_serial_number_without_a_key_is_gs1_data_and_not_a_marking_code() -> None:
    answer = identifier().scan(b"]d201046004399312562112345678")
    assert (answer.kind, answer.serial, answer.gs_lost) == (Kind.GS1, "12345678", False)


def test_price_on_a_tobacco_pack_is_read() -> None:
    assert identifier().scan(b"]d100000046198488X?io+qCABm8wAYa").mrc_minor == 9500
    assert identifier().scan(b"]d100000046198488X?io+qCA#m8wAYa").mrc_minor is None
    assert identifier().scan(b"]d100000046198489X?io+qCABm8wAYa").kind is Kind.TEXT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"t=20180518T220500&s=97,5&fn=8710000101125654&i=99456&fp=1250448795&n=1", Kind.TEXT),
        (b"t=20180518T220500&s=975&fn=x&i=99456&fp=1250448795&n=1", Kind.TEXT),
        (b"t=20180518T220500&s=975", Kind.TEXT),
        (b"https://qr.nspk.ru/", Kind.URL),
        (b"https://id.gs1.org/01/00614141123453", Kind.URL),
        (b"https://id.example/8018/950110153001000020", Kind.LOYALTY_CARD),
        (b"https://id.example/8018/950110153001000021", Kind.URL),
        (b"]C0https://example.org", Kind.TEXT),
    ],
)
def test_links_and_receipts_are_what_they_claim_or_only_text(text, kind) -> None:
    assert identifier().scan(text).kind is kind


def test_digital_link_gives_its_batch_and_serial() -> None:
    answer = identifier().scan(b"https://id.gs1.org/01/00614141123452/10/ABC/21/77?x=1")
    assert answer.ai == {"01": "00614141123452", "10": "ABC", "21": "77"}
    assert answer.serial == "77"


def test_fiscal_receipt_sum_without_kopecks() -> None:
    answer = identifier().scan(b"t=20180518T2205&s=975&fn=1&i=2&fp=3&n=1")
    assert (answer.sum_minor, answer.bought_at_local) == (97500, "20180518T2205")


def test_separator_inside_other_text_is_a_bad_scan() -> None:
    assert identifier().scan(b"abc\x1ddef").reason is Reason.CONTROL_CHARACTERS


@pytest.mark.parametrize("raw", [b"", b" ", b"]Q1", b"\x1d", b"]d2\x1d"])
def test_nothing_is_said_to_be_nothing(raw) -> None:
    assert identifier().scan(raw).reason is Reason.EMPTY
