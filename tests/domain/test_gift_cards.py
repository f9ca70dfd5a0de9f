"""Gift cards: a bearer's money in entries of its own; sold without points, paid like money."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.account import Cause, PostResult
from pos_app.domain.loyalty.allowance import Allowance, spendable
from pos_app.domain.loyalty.gift_card import (
    GiftCard,
    GiftCardEntry,
    GiftCardKind,
    GiftCardLedger,
    fold_card,
    payment_limit,
    return_ends,
    sale_refused,
)
from pos_app.domain.mechanics.gift_cards import GiftCards
from pos_app.domain.returning import ReturnLine, Terms, complete_return
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction
from tests.builders import NOON_UTC, TODAY, a_program, an_item, counted_ids
from tests.domain.test_sale_to_return import PLACE, returned, scanned, sold

GIFT = an_item("gift-1000", 1000_00, regulated="gift_card")
TEA = an_item("tea", 600_00)
EARNING = {"rules": [{"id": "e", "percent": "10"}], "vesting_days": 0}
CARDS = {
    "denominations": [{"amount": "500.00"}, {"amount": "1000.00"}],
    "open_amount": {"from": "100.00", "to": "300.00"},
    "days": 365,
    "top_up": True,
}
LATER = TODAY + timedelta(days=400)


def program(**cards):
    return a_program(earn=EARNING, gift_cards={**CARDS, **cards})


def rules(**cards) -> GiftCards:
    return program(**cards).gift_cards


def an_entry(kind: str, amount: int, entry_id: str = "g1", **fields) -> GiftCardEntry:
    return GiftCardEntry(
        entry_id,
        "GC",
        GiftCardKind(kind),
        amount,
        NOON_UTC,
        TODAY,
        Cause("operator", "op"),
        **fields,
    )


def with_card(transaction: Transaction, line: int, card: str, tops_up: bool = False) -> Transaction:
    lines = tuple(
        replace(one, card_id=card, tops_up=tops_up) if one.line == line else one
        for one in transaction.lines
    )
    return replace(transaction, lines=lines)


def moves(document: CompletedTransaction) -> list[tuple[str, str, int]]:
    return [(e.card_id, e.kind.value, e.amount_minor) for e in document.gift_cards]


# --- the program's section -------------------------------------------------------------------


def test_a_programme_says_which_cards_are_sold() -> None:
    cards = rules()
    assert cards.sold
    assert not a_program().gift_cards.sold
    worth = [amount for amount in (100_00, 300_00, 300_01, 500_00, 999_00) if cards.worth(amount)]
    assert worth == [100_00, 300_00, 500_00]


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ({"denominations": [{"amount": "0"}]}, "gift_cards.denominations: a card must be worth"),
        ({"open_amount": {"from": "5.00"}}, "gift_cards.open_amount: from and to are needed"),
        ({"open_amount": {"from": "5.00", "to": "1.00"}}, "gift_cards.open_amount: from and to"),
        ({"top_up_extends": True}, "gift_cards.top_up_extends: means nothing without"),
        ({"days": 0}, "gift_cards.days: a whole number"),
    ],
)
def test_a_section_that_nobody_could_explain_is_refused(section, fault) -> None:
    with pytest.raises(ProgramRefused, match=fault):
        a_program(gift_cards=section)


# --- a card ----------------------------------------------------------------------------------


def test_a_card_is_the_sum_of_its_entries_and_lives_to_its_latest_day() -> None:
    entries = [
        an_entry("issue", 1000_00, "g1", expires_on=TODAY + timedelta(days=30)),
        an_entry("redeem", -300_00, "g2"),
        an_entry("top_up", 500_00, "g3", expires_on=TODAY + timedelta(days=60)),
    ]
    card = fold_card("GC", entries)
    assert (card.balance_minor, card.issued_minor, card.issued) == (1200_00, 1500_00, True)
    assert card.expires_on == TODAY + timedelta(days=60)
    assert card.spendable_minor(TODAY + timedelta(days=60)) == 1200_00
    assert card.spendable_minor(TODAY + timedelta(days=61)) == 0


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["issue", "top_up", "redeem", "return", "expire", "void"]),
        st.integers(1, 1000_00),
        st.one_of(st.none(), st.integers(0, 400)),
    ),
    max_size=12,
).map(
    lambda rows: [
        an_entry(
            kind,
            -amount if kind in ("redeem", "expire", "void") else amount,
            f"g{n}",
            expires_on=None if days is None else TODAY + timedelta(days=days),
        )
        for n, (kind, amount, days) in enumerate(rows)
    ]
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_entries_in_any_order_and_any_often_make_the_same_card(entries, random) -> None:
    ledger, jumbled = GiftCardLedger("GC"), GiftCardLedger("GC")
    assert {ledger.post(e) for e in entries} <= {PostResult.POSTED}
    assert {ledger.post(e) for e in entries} <= {PostResult.EXISTS}
    shuffled = [*entries, *entries]
    random.shuffle(shuffled)
    for entry in shuffled:
        jumbled.post(entry)
    assert jumbled.card() == ledger.card()
    assert ledger.card().balance_minor == sum(e.amount_minor for e in entries)
    for entry in entries:
        forged = replace(entry, amount_minor=entry.amount_minor + 1)
        assert ledger.post(forged) is PostResult.EXISTS_WITH_DIFFERENT_CONTENT


# --- what may be sold and what pays ----------------------------------------------------------


def test_a_card_is_sold_by_whom_the_programme_names_for_what_it_names() -> None:
    cards = rules(sellers=["senior"])
    assert sale_refused(cards, None, 500_00, "senior", TODAY) is None
    assert str(sale_refused(cards, None, 500_00, "cashier", TODAY)) == "gift.seller()"
    assert sale_refused(cards, None, 400_00, "senior", TODAY).key == "gift.amount_between"


def test_a_card_is_topped_up_where_the_programme_allows_it() -> None:
    issued = fold_card("GC", [an_entry("issue", 500_00, expires_on=TODAY)])
    assert sale_refused(rules(), issued, 500_00, "", TODAY) is None
    assert sale_refused(rules(), GiftCard("GC"), 500_00, "", TODAY) is None
    assert sale_refused(rules(top_up=False), issued, 500_00, "", TODAY).key == "gift.sold_before"
    assert sale_refused(rules(), issued, 500_00, "", LATER).key == "gift.ended"
    extending = rules(top_up_extends=True)
    assert sale_refused(extending, issued, 500_00, "", LATER) is None


def test_what_a_card_pays_is_what_is_due_and_what_it_holds() -> None:
    """DRV-GFT-03: the rest stays on the card."""
    card = GiftCard("GC", 1000_00, issued=True, expires_on=TODAY)
    whole = payment_limit(rules(), card, 300_00, TODAY)
    assert (whole.minor, whole.why) == (300_00, None)
    short = payment_limit(rules(), card, 1500_00, TODAY)
    assert (short.minor, short.why.key) == (1000_00, "gift.balance")
    assert payment_limit(rules(), card, 300_00, LATER).why.key == "gift.ended"
    empty = payment_limit(rules(), GiftCard("GC", -5, expires_on=TODAY), 300_00, LATER)
    assert (empty.minor, empty.why.key) == (0, "gift.balance")
    at_once = payment_limit(rules(partial=False), card, 300_00, TODAY)
    assert (at_once.minor, at_once.why.key) == (0, "gift.whole")
    assert payment_limit(rules(partial=False), card, 1000_00, TODAY).minor == 1000_00


def test_with_no_link_a_till_spends_what_it_was_granted_of_a_card() -> None:
    card = GiftCard("GC", 1000_00, issued=True)
    grants = [Allowance("g", "GC", 200_00, spent=50_00)]
    limit = payment_limit(rules(), card, 300_00, TODAY, spendable(grants, NOON_UTC))
    assert (limit.minor, limit.why.key) == (150_00, "gift.allowance")
    assert payment_limit(rules(), card, 100_00, TODAY, 150_00).minor == 100_00


# --- on receipts -----------------------------------------------------------------------------


def test_a_card_sold_is_loaded_and_earns_nothing() -> None:
    document = sold(with_card(scanned((GIFT, 1)), 1, "GC"), program())
    assert moves(document) == [("GC", "issue", 1000_00)]
    assert document.gift_cards[0].expires_on == TODAY + timedelta(days=364)
    assert document.totals.points_earned == 0
    assert document.lines[0].card_id == "GC"


def test_two_cards_are_two_lines() -> None:
    transaction = with_card(scanned((GIFT, 1)), 1, "GC")
    assert not transaction.lines[0].mergeable


def test_paying_with_a_card_earns_and_comes_after_every_discount() -> None:
    """ODO-066, ODO-067: card money is a payment."""
    tenders = (Tender(TenderKind.GIFT_CARD, 500_00, "GC"), Tender(TenderKind.CASH, 100_00))
    document = sold(scanned((TEA, 1)), program(), tenders=tenders)
    assert moves(document) == [("GC", "redeem", -500_00)]
    assert document.totals.points_earned == 60


def test_a_fresh_top_up_cannot_pay_its_own_receipt() -> None:
    """ODO-076: 10 on the card pay, 50 are loaded, 50 are left."""
    before = fold_card("GC", [an_entry("issue", 10_00)])
    assert payment_limit(rules(), before, 650_00, TODAY).minor == 10_00
    load = an_item("top-up", 50_00, regulated="gift_card")
    transaction = with_card(scanned((TEA, 1), (load, 1)), 2, "GC", tops_up=True)
    tenders = (Tender(TenderKind.GIFT_CARD, 10_00, "GC"), Tender(TenderKind.CASH, 640_00))
    document = sold(transaction, program(), tenders=tenders)
    assert moves(document) == [("GC", "redeem", -10_00), ("GC", "top_up", 50_00)]
    assert document.gift_cards[1].expires_on is None
    card = fold_card("GC", [an_entry("issue", 10_00), *document.gift_cards])
    assert card.balance_minor == 50_00
    extending = sold(transaction, program(top_up_extends=True), tenders=tenders)
    assert extending.gift_cards[1].expires_on == TODAY + timedelta(days=364)


def test_a_shop_without_a_programme_still_takes_a_card() -> None:
    tenders = (Tender(TenderKind.GIFT_CARD, 600_00, "GC"),)
    assert moves(sold(scanned((TEA, 1)), tenders=tenders)) == [("GC", "redeem", -600_00)]


def test_money_returns_to_the_card_and_a_returned_card_is_emptied() -> None:
    transaction = with_card(scanned((TEA, 2), (GIFT, 1)), 2, "NEW")
    tenders = (Tender(TenderKind.GIFT_CARD, 900_00, "GC"), Tender(TenderKind.CARD, 1300_00))
    document = sold(transaction, program(), tenders=tenders)
    first = returned(document, [(2, 1)])
    assert moves(first) == [("NEW", "void", -1000_00)]
    rest = returned(document, [(1, 2)], (first,))
    assert moves(rest) == [("GC", "return", 900_00)]
    entries = [*document.gift_cards, *first.gift_cards, *rest.gift_cards]
    for card in ("GC", "NEW"):
        assert sum(e.amount_minor for e in entries if e.card_id == card) == 0
    assert rest.gift_cards[0].reverses == document.gift_cards[0].entry_id


def test_a_card_that_ended_meanwhile_lives_fourteen_days_from_the_return() -> None:
    tenders = (Tender(TenderKind.GIFT_CARD, 600_00, "GC"),)
    document = sold(scanned((TEA, 1)), program(), tenders=tenders)
    ended = GiftCard("GC", 0, issued=True, expires_on=TODAY)
    back = complete_return(
        document,
        [ReturnLine(document.lines[0], 1)],
        (),
        replace(PLACE, business_on=LATER),
        transaction_id="r",
        terms=Terms("not fresh", cards=(ended,)),
        new_id=counted_ids("r"),
    )
    assert back.gift_cards[0].expires_on == LATER + timedelta(days=14)
    assert return_ends(ended, TODAY) is None
    assert return_ends(None, LATER) is None
