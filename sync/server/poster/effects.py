"""What one event does to one bucket. Never refuses a completed transaction, never reads two.

Each part is applied once, by (event, bucket, name); what a person must look at becomes a conflict.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import (
    AllowanceGiven,
    AllowanceReturned,
    AllowanceTaken,
    CategoriesChosen,
    MemberEnrolled,
)
from pos_app.domain.loyalty.choosing import Chosen, with_choice
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.owner import COUPON
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.tally import added, kept
from pos_app.domain.loyalty.turnover import month_of
from pos_app.domain.loyalty.welcome import welcome_entry
from sync.server.books.bearers import is_gift_card
from sync.server.books.book import Book, Held
from sync.server.books.conflicts import Conflict
from sync.server.books.merging import Carried, carry_in
from sync.server.engine.buckets import bucket_of
from sync.server.members.referrals import first_purchase
from sync.server.poster.clipping import clip_to_caps, overgiven
from sync.server.poster.gift_cards import post_cards
from sync.server.poster.manual import post_adjusted, post_credited, post_merged
from sync.server.poster.parts import (
    Part,
    conflict_of,
    ids_needed,
    money_of,
    post_entry,
    use_grants,
)
from sync.server.poster.seen import seen
from sync.server.poster.shown import post_shown
from sync.server.rights.moves import post_given, post_taken
from sync.server.rights.own import keep_own
from sync.server.rights.placing import IDENTIFIED, Placement, place, visited
from sync.server.rights.placing_cards import place_card
from sync.server.settings.tiering import Judged, Tiering

__all__ = ["Part", "Surroundings", "apply_part", "ids_needed"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What parts need beside the book: the tier rule, who holds allowances, the programme."""

    tiering: Tiering
    placement: Placement
    program: Program | None = None


def apply_part(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    """Change the book; the conflicts of this part (also kept in the book)."""
    found = APPLY[part.name](book, part, around)
    book.conflicts.extend(found)
    return found


def _sale(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    document = part.document
    found: list[Conflict] = []
    held = book.held.get(part.member)
    if held is None:
        held = book.add(_stranger(part), ())
        found.append(conflict_of("unknown_member", part))
    for entry in part.entries:
        found += post_entry(book, held, entry, part)
    keep_own(book, held, document, part.terminal, part.seq)
    found += use_grants(book, held, part, [use for use in document.uses if not use.owner])
    found += _risked(part, found)
    _count(book, held, part, around)
    first_purchase(book, held, document, around.program)
    found += _limited(book, held, part, around.program)
    visited(held, document, around.placement)
    place(book, held, around.placement)
    return found


def _points(book: Book, part: Part, _around: Surroundings) -> list[Conflict]:
    """Entries of somebody else than the buyer (a transfer, a friend)."""
    held = book.held.get(part.member)
    if held is None:
        held = book.add(_stranger(part), ())
    # A till adds what it has told to what the row contains: the row must say that it does.
    posted = {**held.member.posted, part.terminal: part.seq}
    book.change(held, replace(held.member, posted=posted, as_of=book.services.now()))
    return [c for entry in part.entries for c in post_entry(book, held, entry, part)]


def _stranger(part: Part) -> Member:
    """A member nobody enrolled here: the sale stands, a person looks."""
    document = part.document
    return Member(
        part.member,
        "",
        enrolled_on=document.business_on,
        confirmed=False,
        home_store=document.store_id,
    )


def _risked(part: Part, found: Iterable[Conflict]) -> list[Conflict]:
    """Points that the owner let a dark till give beyond its grants: one line a receipt, and where
    the account ended below zero that is it."""
    points = part.document.risked
    if points <= 0 or any(c.kind == "overdraft" for c in found):
        return []
    return [conflict_of("unsecured", part, points=points, money=money_of(part, points))]


def _count(book: Book, held: Held, part: Part, around: Surroundings) -> None:
    """Turnover by the sale's month, what the till's mirror will contain, the tier."""
    document, old = part.document, held.member
    is_sale = document.kind is TransactionKind.SALE
    net = document.spend_minor if is_sale else -document.spend_minor
    month = month_of(part.turnover_on or document.business_on)
    spend = dict(old.spend_by_month)
    spend[month] = spend.get(month, 0) + net
    changed = replace(
        old,
        spend_by_month=spend,
        lifetime_spend_minor=old.lifetime_spend_minor + net,
        posted={**old.posted, part.terminal: part.seq},
        as_of=book.services.now(),
        home_store=old.home_store or document.store_id,
        tallies=kept(added(old.tallies, document.tallies), book.days.today),
    )
    sold_on = None if is_sale else part.turnover_on
    case = Judged(document.business_on, held.account.balance, sold_on)
    book.change(held, around.tiering(changed, case))


def _limited(book: Book, held: Held, part: Part, program: Program | None) -> list[Conflict]:
    """Caps are kept by the ledger; goods given twice stand, and a person looks."""
    if program is None:
        return []
    clip_to_caps(book, held, program, part.document)
    return [
        conflict_of("overgiven", part, points=one.beyond, money=one.money_minor, detail=one.tally)
        for one in overgiven(held, program, part.document)
    ]


def _returned(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    held = book.held.get(part.member)
    if held is None or not isinstance(part.fact, AllowanceReturned):
        return [conflict_of("unknown_member", part)]
    found = use_grants(book, held, part, part.fact.uses, back=True)
    grants = [book.grants[u.grant_id] for u in part.fact.uses if u.grant_id in book.grants]
    if any(grant.kind == IDENTIFIED for grant in grants):
        # What was asked back for somebody who waits elsewhere stays free for the one who waits.
        place(book, held, around.placement)
        place_card(book, held, part.terminal, around.placement)
    return found


def _given(book: Book, part: Part, _around: Surroundings) -> list[Conflict]:
    """Points of one till's grants became another's."""
    held, fact = book.held.get(part.member), part.fact
    if held is None or not isinstance(fact, AllowanceGiven):
        return [conflict_of("unknown_member", part)]
    told = post_given(book, held, fact, part.seq)
    return [conflict_of(one.kind, part, points=one.points, detail=one.detail) for one in told]


def _taken(book: Book, part: Part, _around: Surroundings) -> list[Conflict]:
    held = book.held.get(part.member)
    if held is not None and isinstance(part.fact, AllowanceTaken):
        post_taken(book, held, part.fact, part.seq)
    return []


def _chosen(book: Book, part: Part, _around: Surroundings) -> list[Conflict]:
    """Categories of a month: the last choice wins, whichever arrives first."""
    held, fact = book.held.get(part.member), part.fact
    if held is None or not isinstance(fact, CategoriesChosen):
        return [conflict_of("unknown_member", part)]
    old = held.member
    changed = replace(
        old,
        choices=with_choice(old.choices, Chosen(fact.month, fact.categories, fact.at)),
        posted={**old.posted, part.terminal: part.seq},
        as_of=book.services.now(),
    )
    book.change(held, changed)
    return []


def _enrolled(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    """A new member; or one that a sale met before its enrolment arrived."""
    fact = part.fact
    if not isinstance(fact, MemberEnrolled):
        raise TypeError("an enrolment")
    held = book.held.get(part.member) or book.add(Member(part.member, ""), ())
    held.keys = tuple(dict.fromkeys((*held.keys, *part.keys)))
    held.profile = part.profile if all(part.profile) else held.profile
    changed = replace(
        held.member,
        display_name=fact.display_name,
        phone_last4=fact.phone_last4,
        card_last4=fact.card_code[-4:],
        enrolled_on=fact.business_on,
        confirmed=bool(fact.consents),
        home_store=fact.store_id,
        as_of=book.services.now(),
        posted={**held.member.posted, part.terminal: part.seq},
    )
    book.change(held, changed)
    welcomed = welcome_entry(around.program, part.member, fact.at, fact.business_on)
    if welcomed is not None:
        book.post(held, welcomed)
    return []


def _joined(book: Book, part: Part, _around: Surroundings) -> list[Conflict]:
    """The same phone enrolled again: new keys for the member that is already there."""
    fact = part.fact
    if not isinstance(fact, MemberEnrolled):
        raise TypeError("an enrolment")
    held = book.held.get(part.member) or book.add(Member(part.member, "", confirmed=False), ())
    held.keys = tuple(dict.fromkeys((*held.keys, *part.keys)))
    held.profile = held.profile if all(held.profile) else part.profile
    member = held.member
    changed = replace(
        member,
        display_name=member.display_name or fact.display_name,
        card_last4=member.card_last4 or fact.card_code[-4:],
        confirmed=member.confirmed or bool(fact.consents),
        as_of=book.services.now(),
        posted={**member.posted, part.terminal: part.seq},
    )
    book.change(held, changed)
    return []


def _carried_in(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    if not isinstance(part.fact, Carried):
        raise TypeError("a carried account")
    carry_in(book, book.held[part.member], part.fact, part.event)
    held = book.held[part.member]
    case = Judged(book.days.today, held.account.balance)
    book.change(held, around.tiering(held.member, case))
    return []


def _adjusted(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    found = post_adjusted(book, part)
    if part.member in book.held:
        place(book, book.held[part.member], around.placement)
    return found


def _credited(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    found = post_credited(book, part)
    if part.member in book.held:
        place(book, book.held[part.member], around.placement)
    return found


def _gift_cards(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    found = post_cards(book, part.document, part.event, part.seq)
    odd = _of_bearers(book, part, is_gift_card)
    found += [replace(one, points=0, money_minor=one.points) for one in odd]
    for card in sorted({entry.card_id for entry in part.document.gift_cards}):
        if card in book.held:
            place_card(book, book.held[card], part.terminal, around.placement)
    return found


def _of_bearers(book: Book, part: Part, ours: Callable[[str], bool]) -> list[Conflict]:
    """Grants of gift cards or coupons of this bucket that the receipt has spent."""
    found = []
    for use in part.document.uses:
        if not ours(use.owner) or bucket_of(use.owner) != book.bucket:
            continue
        book.load_bearers([use.owner])
        held = book.held.get(use.owner)
        if held is None:
            found.append(conflict_of("unknown_grant", part, points=use.points, detail=use.grant_id))
        else:
            found += use_grants(book, held, part, [use])
    return found


def _shown(book: Book, part: Part, around: Surroundings) -> list[Conflict]:
    """Coupons and the code of a card: each is remembered where its key lives."""
    found = post_shown(book, part.document, around.program)
    told = [replace(one, event=part.event) for one in found]
    return told + _of_bearers(book, part, lambda owner: owner.startswith(COUPON))


APPLY: Mapping[str, Callable[[Book, Part, Surroundings], list[Conflict]]] = {
    "sale": _sale,
    "points": _points,
    "returned": _returned,
    "given": _given,
    "taken": _taken,
    "chosen": _chosen,
    "enrolled": _enrolled,
    "joined": _joined,
    "adjusted": _adjusted,
    "credited": _credited,
    "merged": lambda book, part, _around: post_merged(book, part),
    "carried_in": _carried_in,
    "gift_cards": _gift_cards,
    "shown": _shown,
    "seen": lambda book, part, _around: seen(book, part.member, part.terminal, part.seq),
}
