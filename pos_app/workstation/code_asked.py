"""Whether what was scanned while a code is asked for is that code, or says itself what else it is.

A code of a gift card or a coupon may be printed without the prefix of its label: it looks like
words, or like any number. Goods are goods, and so is a member's card. Never acts on a scan.
"""

from pos_app.domain.identification import Identification, Kind
from pos_app.workstation.answer import Answer, done
from pos_app.workstation.gestures import is_a_card, somebody
from pos_app.workstation.station import Station, guarded

ASKED = {"gift_card": Kind.GIFT_CARD, "coupon": Kind.COUPON}
SAYS_NOTHING = frozenset({Kind.TEXT, Kind.LOYALTY_CARD, Kind.PHONE})
"""Taken for these only because nothing else has claimed it."""


def is_code(station: Station, asked: str, data: bytes) -> Answer:
    """data["is_code"]: bool. `asked`: gift_card, coupon."""
    found = station.gear.identifier.scan(data)
    if found.kind is ASKED.get(asked):
        return done(is_code=found.is_usable)
    return done(is_code=found.kind in SAYS_NOTHING and not _claimed(station, found))


def _claimed(station: Station, found: Identification) -> bool:
    """By the catalogue, by a range of cards that the shop has set, by a member known here."""
    text = found.text or found.card_no or ""
    if text and (station.mirror.item_by_code(text) is not None or is_a_card(station, text)):
        return True
    return somebody(station, found)


class CodeGestures:
    """A code that is asked for; see SellingPort."""

    _station: Station

    def is_code(self, asked: str, data: bytes) -> Answer:
        """See SellingPort."""
        return guarded(lambda: is_code(self._station, asked, data))
