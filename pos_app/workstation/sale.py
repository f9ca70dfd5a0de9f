"""A sale in progress.

The cashier scans, types or picks goods; sets quantities; voids, undoes, reduces with a right.
What is not goods (a card, a phone) goes to its own task. Never takes money: that is `settle`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.business_day import after_void
from pos_app.domain.document import TransactionKind
from pos_app.domain.events import Event, UnknownCodeSeen
from pos_app.domain.identification import Identification, Kind
from pos_app.domain.identification.check_digits import has_gs1_check_digit, is_digits
from pos_app.domain.item import Item
from pos_app.domain.quantity import (
    Quantity,
    Unit,
    grams,
    parse_quantity,
    pieces,
)
from pos_app.domain.rights import Right
from pos_app.domain.transaction import (
    Transaction,
    add,
    without_line,
)
from pos_app.workstation import bare_goods, club, early, regulated, weighing
from pos_app.workstation.answer import Answer, Notice, Part, Tone, notice, refused
from pos_app.workstation.letting_go import handed_out, release
from pos_app.workstation.moving import Stage
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.pricing_task import reprice
from pos_app.workstation.station import (
    UNDO_DEPTH,
    Known,
    Override,
    Station,
    authorise,
    changed,
    record,
    right_used,
)

SALE_PARTS = (Part.TRANSACTION, Part.MEMBER, Part.TENDERS, Part.DEMAND, Part.LAST_SALE)
WEIGHT_MOST = 10_000_000
PIECES_MOST = 1_000
CODE_SHOWN = 48
PHONE_DIGITS = range(9, 16)
_CODE = re.compile(r"[!-~]{1,48}")


def not_ready(station: Station) -> Answer | None:
    """Why nothing can be sold now."""
    if station.operator is None:
        return refused("sign_on_first")
    if station.session is None:
        return refused("no_session")
    return None


def most_of(quantity: Quantity) -> int:
    """More than a person means: a code typed into the quantity, never a sale."""
    return PIECES_MOST if quantity.unit is Unit.PIECE else WEIGHT_MOST


def begin(station: Station) -> Transaction:
    """The open transaction, or a new one."""
    if station.open is None:
        station.open = Transaction(station.new_id(), station.now())
        station.past.clear()
        station.last_sale = None
    return station.open


def put(station: Station, new: Transaction, *notices: Notice, known: Known | None) -> Answer:
    """Replace the open transaction and its member, remembering the old ones for undo."""
    assert station.open is not None
    station.past.append((station.open, station.known))
    del station.past[:-UNDO_DEPTH]
    station.open = new
    station.known = known
    reprice(station)
    return changed(*SALE_PARTS, notices=notices)


def edit(
    station: Station,
    change: Callable[[Transaction], Transaction],
    *notices: Notice,
    goods: bool = False,
) -> Answer:
    """Change the open transaction (`goods`: its lines), where that may be."""
    trouble = not_editable(station, goods=goods)
    if trouble:
        return trouble
    return put(station, change(begin(station)), *notices, known=station.known)


def not_editable(station: Station, *, goods: bool = False) -> Answer | None:
    """Why the lines and the member of the open transaction stay as they are.

    `goods`: it is about lines; those of a return without a receipt are entered like a sale's.
    """
    trouble = issuing(station)
    if trouble is not None or station.open is None or (goods and station.open.takes_back):
        return trouble
    if station.open.kind is TransactionKind.RETURN:
        return refused("return_is_open")
    return refused("tenders_taken") if station.open.tenders != station.open.credit else None


def issuing(station: Station) -> Answer | None:
    """Why nothing of the open transaction changes, paid or not: its document is asked for, says
    what it says, and is what will be kept. What were added now would leave unpaid."""
    moving, now = station.moving, station.open
    if moving is None or now is None or moving.transaction_id != now.transaction_id:
        return None
    if moving.stage is Stage.PAYING:
        return None
    return refused("payment_undecided" if station.doing is None else "payment_in_progress")


def edit_recorded(
    station: Station,
    change: Callable[[Transaction], Transaction],
    event: tuple[str, Event],
    *notices: Notice,
) -> Answer:
    """An edit of the goods whose audit line is durable before it: refused, nothing has changed."""
    trouble = not_editable(station, goods=True) or record(station, Facts(events=(event,)))
    return trouble or edit(station, change, *notices, goods=True)


def add_identified(station: Station, found: Identification, entry: str) -> Answer:
    """Goods by what a label or the field said."""
    item, quantity, price = goods_of(station, found)
    if item is None:
        return unknown_code(station, code_of(found))
    if price == 0:
        return refused("label_without_price", name=item.name)
    if price is not None:
        return _sell(station, item, code_of(found), quantity or pieces(1), price, "label")
    if quantity is not None:
        return sell(station, item, code_of(found), quantity, "label")
    typed = found.quantity or station.pending_quantity
    try:
        wanted = wanted_of(item, typed)
    except ValueError:
        station.pending_quantity = None
        return refused("bad_quantity", text=typed or "")
    return _counted(station, item, code_of(found), wanted, entry)


def _counted(
    station: Station, item: Item, code: str, wanted: Quantity | None, entry: str
) -> Answer:
    """Goods by what was typed, or by the scale where nothing was."""
    if wanted is not None:
        trouble = weighing.by_hand(station, item, wanted.decimal(), None)
        return trouble or sell(station, item, code, wanted, entry)
    if item.unit is not Unit.GRAM or not weighing.possible(station):
        return refused("weigh_first", name=item.name)
    trouble = not_editable(station, goods=True)
    return trouble or weighing.begin(
        station, item, lambda q, e: not_ready(station) or sell(station, item, code, q, e)
    )


def wanted_of(item: Item, typed: str | None) -> Quantity | None:
    """What was typed, None where the goods are weighed and nothing was. Raises ValueError."""
    if typed is None:
        return pieces(1) if item.unit is Unit.PIECE else None
    quantity = parse_quantity(typed, item.unit)
    if not 0 < quantity.value <= most_of(quantity):
        raise ValueError(typed)
    return quantity


def goods_of(
    station: Station, found: Identification
) -> tuple[Item | None, Quantity | None, int | None]:
    """The item that was meant, and the quantity or the price that its label tells."""
    mirror = station.mirror
    if found.kind is Kind.RCN_WEIGHT:
        return mirror.item_by_plu(found.plu or ""), grams(found.weight_g or 0), None
    if found.kind is Kind.RCN_COUNT:
        return mirror.item_by_plu(found.plu or ""), pieces(found.count or 0), None
    if found.kind is Kind.RCN_PRICE:
        item = mirror.item_by_plu(found.plu or "")
        return item, pieces(1) if item and item.unit is Unit.PIECE else None, found.price_minor
    if found.kind is Kind.PLU:
        plu = found.plu or ""
        return mirror.item_by_plu(plu) or mirror.item_by_code(plu), None, None
    for code in (found.gtin14, found.item_code, found.card_no, found.code, found.text):
        item = mirror.item_by_code(code) if code else None
        if item is not None:
            return item, None, None
    return None, None, None


def code_of(found: Identification) -> str:
    """The code as a person would read it; never a card or a phone."""
    gtin = (found.gtin14 or "").lstrip("0")
    shown = gtin.zfill(13) if len(gtin) > 8 else gtin.zfill(8) if gtin else ""
    return shown or found.item_code or found.plu or found.text or found.code or ""


def sell(station: Station, item: Item, code: str, quantity: Quantity, entry: str) -> Answer:
    """Add an item at the price of its day."""
    price = item.price_minor(station.business_on())
    if price is None:
        return refused("no_price", name=item.name)
    if quantity.unit is not item.unit:
        return refused("wrong_unit", name=item.name)
    return _sell(station, item, code, quantity, price, entry)


def _sell(
    station: Station, item: Item, code: str, quantity: Quantity, price: int, entry: str
) -> Answer:
    if not 0 < quantity.value <= most_of(quantity):
        return refused("bad_quantity", text=quantity.decimal())
    station.pending_quantity = None
    if station.open is not None and station.open.takes_back:
        trouble = issuing(station)
        if trouble:
            return trouble
        taken = bare_goods.taken_back(station, item, code, quantity, (price, entry))
        said = notice("item_taken_back", Tone.GOOD, None, name=item.name)
        return taken if isinstance(taken, Answer) else put(station, taken, said, known=None)
    item = club.on_line(station, regulated.on_line(station, item))
    trouble = regulated.not_sold(station, item, price, entry) or early.not_for(station, item, price)
    if trouble:
        return trouble
    before = station.open.lines if station.open else ()
    answer = edit(station, lambda t: add(t, item, code, quantity, price, entry))
    if not answer.ok or station.open is None:
        return answer
    line = station.open.selected
    grown = any(one.line == line for one in before)
    said = notice("quantity_raised" if grown else "item_added", Tone.GOOD, line, name=item.name)
    asks = (*early.asked(station, item, price, line), *club.asked(station, item, line))
    return replace(answer, notices=(said, *asks))


def add_item(station: Station, item_id: str, quantity: str) -> Answer:
    """A choice from a list; no quantity is the typed `3*`, else one piece."""
    item = station.mirror.item(item_id)
    if item is None:
        return refused("unknown_item", code=item_id)
    typed = quantity or station.pending_quantity
    try:
        wanted = wanted_of(item, typed)
    except ValueError:
        station.pending_quantity = None
        return refused("bad_quantity", text=typed or "")
    code = item.codes[0] if item.codes else item.item_id
    return _counted(station, item, code, wanted, "choice")


def _like_a_phone(code: str) -> bool:
    """As many digits as a phone has, with or without its plus, and no check digit of an article."""
    digits = code.removeprefix("+")
    if not is_digits(digits) or len(digits) not in PHONE_DIGITS:
        return False
    return code != digits or not has_gs1_check_digit(digits)


def unknown_code(station: Station, code: str) -> Answer:
    """Nothing is sold; what looks like a code is kept for the catalogue's owner, never somebody's
    visiting card in a QR code nor what may be a phone with a digit wrong."""
    if station.open is not None and station.open.original is not None:
        return refused("return_is_open")  # nothing is searched for or sold beside it
    if _CODE.fullmatch(code) and not _like_a_phone(code):
        operator = station.operator.operator_id if station.operator else ""
        event = UnknownCodeSeen(code, operator, station.now())
        record(station, Facts(events=((station.new_id(), event),)))
    return refused("unknown_code", code=code[:CODE_SHOWN])


def void_line(station: Station, number: int, reason: str, override: Override | None) -> Answer:
    """Take a line out; the audit chain keeps what it was."""
    line = station.open.line(number) if station.open else None
    if line is None or station.priced is None:
        return refused("no_line")
    trouble = not_editable(station, goods=True)
    if trouble:
        return trouble
    allowed = authorise(station, Right.VOID_LINE, override)
    if isinstance(allowed, Answer):
        return allowed
    amount = station.priced.line(number).net_minor
    subject = f"{line.item.item_id} x {line.quantity.decimal()}"
    event = right_used(
        station,
        "void_line",
        subject,
        reason=reason,
        override_by=allowed.by,
        amount_minor=amount,
    )
    said = notice("line_voided", Tone.NEUTRAL, None, name=line.item.name)
    return edit_recorded(station, lambda t: without_line(t, number), event, said)


def void_transaction(station: Station, reason: str, override: Override | None) -> Answer:
    """Drop the open transaction; only the audit line stays."""
    transaction = station.open
    if transaction is None:
        return refused("nothing_open")
    if station.moving is not None:
        return refused("payment_not_back")
    allowed = authorise(station, Right.VOID_TRANSACTION, override)
    if isinstance(allowed, Answer):
        return allowed
    amount = station.priced.totals.net_minor if station.priced else 0
    event = right_used(
        station,
        "void_transaction",
        transaction.transaction_id,
        reason=reason,
        override_by=allowed.by,
        amount_minor=amount,
    )
    session = _voided(station, amount)
    gone = transaction.transaction_id
    trouble = record(station, Facts(events=(event,), session=session, drop_suspended=gone))
    if trouble:
        return trouble
    station.session = session or station.session
    clear(station)
    release(station)
    said = (notice("transaction_voided", Tone.NEUTRAL), *handed_out(station, transaction))
    return changed(*SALE_PARTS, Part.SESSION, notices=said)


def _voided(station: Station, amount: int) -> SessionState | None:
    session = station.session
    if session is None:
        return None
    return replace(
        session,
        totals=after_void(session.totals, amount),
        day_totals=after_void(session.day_totals, amount),
    )


def clear(station: Station) -> None:
    """Ready for the next customer."""
    station.open = None
    station.priced = None
    station.teaser = None
    station.known = None
    station.pending_quantity = None
    station.gift_card = station.exchange = station.lent = None
    station.past.clear()
    weighing.drop(station)
