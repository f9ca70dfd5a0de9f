"""The member says yes to a large redemption.

The points chosen are above the programme's limit: the cashier asks for the changing QR code of the
card, or turns the pad round for the PIN. Below the limit nobody is asked. Never takes a point.
"""

from dataclasses import replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.identification import Identification, Kind
from pos_app.domain.loyalty import card_code, pin
from pos_app.domain.loyalty.card_code import CardCode
from pos_app.domain.loyalty.confirmation import DYNAMIC, PIN, Confirmation, is_wanted
from pos_app.domain.sentence import Points, Sentence
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused, refused_with
from pos_app.workstation.identify_member import identify
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import begin, not_ready
from pos_app.workstation.station import Station, audit, changed

SUSPICIOUS = frozenset({"card_code.bad_signature", "card_code.replayed"})


def wanted_points(station: Station) -> Points | None:
    """The points that wait for a yes; None when nothing does."""
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None or transaction.kind is TransactionKind.RETURN:
        return None
    points = priced.totals.points_redeemed
    waits = is_wanted(program_of(station).redeem, points, transaction.confirmed)
    return Points(points) if waits else None


def missing(station: Station) -> Answer | None:
    """Why the receipt cannot be paid yet."""
    points = wanted_points(station)
    return refused("confirm_first", points=points) if points else None


def scanned(station: Station, found: Identification, _entry: str) -> Answer:
    """A card's code came from the scanner: it says who this is, and yes."""
    code = card_code.read(found.token or "")
    if code is None:
        return refused("card_code_garbled")
    if wanted_points(station) and _another(station, code):
        return refused("card_code_other")
    return _shown(station, code)


def by_code(station: Station, text: str) -> Answer:
    """A card's code as the answer to the demand: of the member on the receipt, of nobody else."""
    found = station.gear.identifier.scan(text.encode())
    code = card_code.read(found.token or "") if found.kind is Kind.CARD_CODE else None
    if code is None:
        return refused("card_code_garbled")
    return refused("card_code_other") if _another(station, code) else _shown(station, code)


def _another(station: Station, code: CardCode) -> bool:
    member = station.open.member if station.open else None
    return member is None or member.member_id != code.member_id


def _shown(station: Station, code: CardCode) -> Answer:
    trouble = not_ready(station) or _unproven(station, code)
    if trouble:
        return trouble
    answer = identify(station, "id", code.member_id, DYNAMIC)
    transaction = station.open
    if not answer.ok or transaction is None or _another(station, code):
        return answer
    given = Confirmation(DYNAMIC, code.member_id, station.now(), code.evidence)
    station.open = replace(transaction, confirmation=given)
    return replace(answer, changed=answer.changed | {Part.DEMAND})


def _unproven(station: Station, code: CardCode) -> Answer | None:
    """A forged or used code is a line of the audit chain; a late one is only late."""
    now = station.now()
    why = card_code.judge(code, now, station.gear.trust)
    if why is None:
        guard = station.guard.admit(code, begin(station).transaction_id, now)
        if guard is not None and not _served_the_last(station, code):
            station.guard = guard
            return None
        why = card_code.replayed()
    if why.key in SUSPICIOUS:
        audit(station, why.key.replace(".", "_"), code.member_id)
    return refused_with(why)


def _served_the_last(station: Station, code: CardCode) -> bool:
    """A till that was started again inside the window still has its last receipt."""
    last = station.journal.last_document()
    given = last.confirmation if last else None
    return given is not None and given.evidence == code.evidence


def by_pin(station: Station, typed: str) -> Answer:
    """The member's PIN, three tries a receipt; each wrong one is a line of the audit chain."""
    transaction, known = station.open, station.known
    if transaction is None or known is None:
        return refused("no_member")
    verifier, key = known.member.pin_verifier, transaction.transaction_id
    wrong = station.wrong_pins.get(key, 0)
    why: Sentence | None = pin.before_trying(verifier, typed, wrong)
    if why is not None:
        return refused_with(why)
    why = pin.judge(station.gear.pins, verifier, typed, wrong)
    if why is not None:
        station.wrong_pins[key] = wrong + 1
        audit(station, "member_pin_wrong", known.member.member_id)
        return refused_with(why)
    given = Confirmation(PIN, known.member.member_id, station.now())
    station.open = replace(transaction, confirmation=given)
    said = notice("confirmed", Tone.GOOD)
    return changed(Part.DEMAND, Part.TRANSACTION, notices=(said,))
