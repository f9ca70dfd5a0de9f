"""The open receipt outlives the till: what was entered stands in the till's file while it is open.

It lies among the suspended receipts, marked as open and shown to nobody, so that whatever ends it
takes it away in its own commit: a paid one can never be offered again. Written on the heart beat,
at most once a second, never in a gesture and never by waiting for the courier: a cut loses the
last second's entries. What is marked as open after a start was cut short: it waits under F5.
Never kept: a return (nothing was entered that its paper does not say) and a training.
"""

from contextlib import suppress
from dataclasses import replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.money import Money
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Notice, Tone, notice
from pos_app.workstation.open_kept import Kept, half_of, is_cut, is_put_back, to_pay_minor
from pos_app.workstation.ports import Facts, NotNow, StorageBroken, StorageFull, SuspendedDraft
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.station import Station
from pos_app.workstation.suspend_resume import draft_for
from pos_app.workstation.suspended_view import waiting

EVERY_MS = 1_000
"""Between two writes of one receipt: a burst of scans costs one."""


def tick(station: Station) -> None:
    """The heart beat: write what has changed, if nobody else writes; else on the next one.

    A full or broken disk is not told here: it is where something is to be paid.
    """
    now_ms = station.gear.clock.monotonic_ms()
    if not _has_changed(station) or now_ms - station.kept.at_ms < EVERY_MS:
        return
    try:
        with suppress(NotNow), station.journal.without_waiting():
            _keep(station, now_ms)
    except (StorageFull, StorageBroken):
        station.kept = replace(station.kept, at_ms=now_ms)  # no sooner again than a good disk


def finish(station: Station) -> None:
    """The till ends with a receipt open: written now, however long that takes."""
    if _has_changed(station):
        with suppress(StorageFull, StorageBroken):
            _keep(station, station.gear.clock.monotonic_ms())


def told(station: Station) -> tuple[Notice, ...]:
    """Receipts that were cut short, to whoever signs on first after a start; nothing where nothing
    can be sold yet."""
    if station.session is None:
        return ()
    cut = [one for one in waiting(station) if is_cut(one) or half_of(one)]
    found = [one for one in cut if one.transaction_id not in station.cut_told]
    station.cut_told |= {one.transaction_id for one in found}
    return tuple(_told(station, one) for one in found)


def _told(station: Station, draft: SuspendedDraft) -> Notice:
    half, identity = half_of(draft), station.journal.identity()
    copied = identity is not None and is_put_back(draft, identity.incarnation)
    if half is not None:
        paid = Money(half.minor, program_of(station).currency)
        code = "half_exchange_put_back" if copied else "half_exchange"
        return notice(code, Tone.WARNING, None, paid=paid)
    total = Money(to_pay_minor(draft), program_of(station).currency)
    at = station.gear.to_local(draft.at)
    code = "cut_short_put_back" if copied else "cut_short"
    return notice(code, Tone.WARNING, None, at=at, n=draft.lines, total=total)


def _has_changed(station: Station) -> bool:
    """Whether the file has something else than what is open, as far as it costs nothing to know."""
    wanted, kept = _to_keep(station), station.kept
    return wanted is not kept.seen or (wanted is None and kept.transaction_id != "")


def _to_keep(station: Station) -> Transaction | None:
    """What should stand in the file; None for nothing."""
    transaction = station.open
    if transaction is None or transaction.kind is TransactionKind.RETURN:
        return None
    # What a return has paid for stands there whether or not there are goods for it.
    return transaction if transaction.lines or transaction.credit else None


def _keep(station: Station, now_ms: int) -> None:
    """Raises NotNow, StorageFull or StorageBroken; what stands in the file is as it was then."""
    wanted, kept = _to_keep(station), station.kept
    gone = kept.transaction_id
    if gone and (wanted is None or wanted.transaction_id != gone):
        _let_go(station, kept)
    if wanted is None or station.priced is None:
        return
    total = station.priced.totals.net_minor
    draft = draft_for(station, wanted, total, "", still_open=True)
    if (draft.body, total) == (kept.body, kept.total_minor):
        station.kept = replace(kept, seen=wanted)  # another line is marked, a tender was typed
        return
    station.journal.keep_open(draft)
    station.kept = Kept(wanted.transaction_id, wanted, draft.body, total, now_ms)


def _let_go(station: Station, kept: Kept) -> None:
    """Nothing is left of it: its last line was taken out. A return's money stays where it is."""
    if kept.seen is not None and not kept.seen.credit:
        station.journal.record(Facts(drop_suspended=kept.transaction_id))
    station.kept = Kept()
