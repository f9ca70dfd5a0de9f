"""What became of a coupon: counted with its receipt, and once, whatever happens to the file."""

from dataclasses import replace

import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.coupon import CouponHistory, CouponUse
from pos_app.storage.salvage import salvage
from sync.translate import WireCodec
from tests.storage.builders import journal_of, open_at, sale_facts


def with_coupons(n, *uses, **changes):
    """The facts of a sale with coupons."""
    facts = sale_facts(n, "m1")
    events = tuple(
        (key, TransactionCompleted(replace(event.document, coupons=uses, **changes)))
        if isinstance(event, TransactionCompleted)
        else (key, event)
        for key, event in facts.events
    )
    return replace(facts, events=events, uses=())


@pytest.fixture
def till(tmp_path):
    made = open_at(tmp_path / "old.db")
    yield made
    made.close()


def test_each_deed_is_counted_with_its_receipt(till):
    journal = journal_of(till)
    assert journal.coupon("s1") == CouponHistory()
    journal.record(with_coupons(1, CouponUse("next", "s1"), CouponUse("free", "")))
    assert journal.coupon("s1") == CouponHistory(1)
    journal.record(with_coupons(2, CouponUse("next", "s1", "restored")))
    assert journal.coupon("s1") == CouponHistory(0)
    journal.record(with_coupons(3, CouponUse("next", "s1", "void")))
    assert journal.coupon("s1") == CouponHistory(0, void=True)
    assert journal.coupon("") == CouponHistory()


def test_training_uses_nothing_up(till):
    journal = journal_of(till)
    journal.record(with_coupons(1, CouponUse("next", "s1"), training=True))
    assert journal.coupon("s1") == CouponHistory()


def test_a_salvaged_till_counts_each_receipt_once(tmp_path, till):
    journal = journal_of(till)
    journal.record(with_coupons(1, CouponUse("many", "s1")))
    journal.record(with_coupons(2, CouponUse("many", "s1")))
    till.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    fresh = open_at(tmp_path / "new.db")
    salvage(tmp_path / "old.db", fresh, WireCodec())
    assert journal_of(fresh).coupon("s1") == CouponHistory(2)
    fresh.close()
