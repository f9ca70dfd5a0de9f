"""What the one field takes and what a scanner sends: sorted to the task it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pos_app.domain.identification import Identification, Kind, Reason
from pos_app.domain.identification.check_digits import is_digits
from pos_app.workstation import (
    confirm_redemption,
    control_codes,
    identify_member,
    marking,
    present_coupon,
    return_sale,
    sale,
    search_items,
    sell_gift_card,
)
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.present import past_view
from pos_app.workstation.return_view import receipt_view
from pos_app.workstation.station import Station, changed

GOODS = frozenset(
    {
        Kind.PRODUCT,
        Kind.RCN_ITEM,
        Kind.RCN_WEIGHT,
        Kind.RCN_COUNT,
        Kind.RCN_PRICE,
        Kind.PLU,
        Kind.MARKING,
        Kind.GS1,
        Kind.DIGITAL_LINK,
    }
)
NOT_HERE: Mapping[Kind, str] = {
    Kind.SSCC: "sscc_not_sold",
    Kind.SBP_QR: "sbp_not_sold",
    Kind.URL: "url_not_known",
    Kind.EXTERNAL_IDENTITY: "identity_not_here",
    Kind.FISCAL_RECEIPT_QR: "fiscal_receipt_not_here",
}
NAMES_MOST = 20
COUNTED = 6
"""Digits of a receipt's number behind the till's prefix, at least."""
TWICE_MS = 700
"""Nobody takes another of the same goods in hand and scans it in less."""


def scan(station: Station, data: bytes, aim: str | None) -> Answer:
    """Exactly what a scanner sent."""
    found = station.gear.identifier.scan(data, aim)
    trouble = None if found.kind is Kind.CONTROL else sale.not_ready(station)
    if trouble:
        return trouble
    answer = _sorted(station, found, "scan")
    if found.kind in GOODS and answer.ok:
        return _noticed_twice(station, data, answer)
    station.last_scan = (b"", 0)
    return answer


def _noticed_twice(station: Station, data: bytes, answer: Answer) -> Answer:
    """The same goods twice within a moment: sold twice, and said, for a hand may have slipped."""
    now_ms = station.gear.clock.monotonic_ms()
    before, station.last_scan = station.last_scan, (data, now_ms)
    if before[0] != data or not 0 <= now_ms - before[1] <= TWICE_MS:
        return answer
    said = notice("scanned_twice", Tone.WARNING)
    return replace(answer, notices=(*answer.notices, said))


def type_text(station: Station, text: str) -> Answer:
    """Exactly what the one field takes."""
    found = station.gear.identifier.typed(text)
    trouble = None if found.kind is Kind.CONTROL else sale.not_ready(station)
    if trouble:
        return trouble
    if not text.strip():
        return done()
    return _typed_receipt(station, found, text.strip()) or _sorted(station, found, "typed")


def _typed_receipt(station: Station, found: Identification, text: str) -> Answer | None:
    """The number on a paper of this till, which no goods and no member here bear: the past sale,
    or that there is none. Never what the shop calls a card or may be a phone, unless it was sold.
    """
    number, identity = text.upper(), station.journal.identity()
    if identity is None or not _numbered_so(identity.receipt_prefix, number):
        return None
    if station.mirror.item_by_code(number) or somebody(station, found):
        return None
    claimed = found.kind is Kind.PHONE or is_a_card(station, number)
    if claimed and station.journal.document(number) is None:
        return None
    return find_receipt(station, number)


def _numbered_so(prefix: str, number: str) -> bool:
    counter = number.removeprefix(prefix.upper())
    return bool(prefix) and counter != number and is_digits(counter) and len(counter) >= COUNTED


def somebody(station: Station, found: Identification) -> bool:
    """A member whom this till knows, by card or phone."""
    phone = found.phone_e164
    key = station.gear.phones.phone_hmac(phone).hex() if phone else found.card_no
    by = "phone" if phone else "card"
    return key is not None and identify_member.member_here(station, by, key)[0] is not None


def is_a_card(station: Station, number: str) -> bool:
    """In a range that the shop has set; the one that takes any number claims nothing."""
    return any(one.prefix and one.holds(number) for one in station.gear.identifier.rules.cards)


def _sorted(station: Station, found: Identification, entry: str) -> Answer:
    if not found.is_usable:
        reason = found.reason or Reason.UNREADABLE
        return refused(f"scan_{reason.value}")
    if found.gs_lost:
        return refused("scan_gs_lost")
    if found.kind in GOODS:
        return marking.scanned(station, found, entry) or sale.add_identified(station, found, entry)
    if found.kind in identify_member.MEMBER_KINDS:
        return _member_or_alias(station, found, entry)
    special = _SPECIAL.get(found.kind)
    if special is not None:
        return special(station, found, entry)
    if found.kind in NOT_HERE:
        return refused(NOT_HERE[found.kind])
    return refused("unknown_code", code=sale.code_of(found))


def _member_or_alias(station: Station, found: Identification, entry: str) -> Answer:
    """A number that looks like a card by its length may be a code of the catalogue."""
    if found.kind is Kind.LOYALTY_CARD and station.mirror.item_by_code(found.card_no or ""):
        return sale.add_identified(station, found, entry)
    answer = identify_member.by_identification(station, found)
    if answer.ok and found.quantity is not None:
        return replace(answer, notices=(*answer.notices, notice("quantity_ignored")))
    return answer


def _quantity(station: Station, found: Identification, _entry: str) -> Answer:
    station.pending_quantity = found.quantity
    said = notice("quantity_next", Tone.NEUTRAL, None, quantity=found.quantity or "")
    return changed(Part.TRANSACTION, notices=(said,))


def _words(station: Station, found: Identification, entry: str) -> Answer:
    text = found.text or ""
    if station.mirror.item_by_code(text) is not None:
        return sale.add_identified(station, found, entry)
    if entry == "scan":
        return sale.unknown_code(station, text)
    items = station.mirror.search_items(text, NAMES_MOST)
    if not items:
        return refused("nothing_found", text=text)
    station.pending_quantity = found.quantity or station.pending_quantity
    return done(items=tuple(search_items.found_item(station, item) for item in items))


def _receipt(station: Station, found: Identification, _entry: str) -> Answer:
    return find_receipt(station, found.code or found.token or "")


def find_receipt(station: Station, receipt: str) -> Answer:
    """data["receipt"]: the past sale, for choosing what comes back."""
    answer = return_sale.show(station, receipt)
    if not answer.ok:
        return answer
    document, left, worth = (answer.data[name] for name in ("document", "left", "worth"))
    shown = past_view(document, left, worth)
    page = replace(shown, returning=receipt_view(station, document))
    return done(*answer.notices, receipt=page)


_SPECIAL: Mapping[Kind, Callable[[Station, Identification, str], Answer]] = {
    Kind.CARD_CODE: confirm_redemption.scanned,
    Kind.CONTROL: control_codes.scanned,
    Kind.COUPON: present_coupon.scanned,
    Kind.GIFT_CARD: sell_gift_card.scanned,
    Kind.QUANTITY: _quantity,
    Kind.TEXT: _words,
    Kind.RECEIPT_NUMBER: _receipt,
}
