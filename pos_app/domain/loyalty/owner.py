"""Whose an allowance is, in one text: a member, a gift card, a coupon. Never what it may spend.

A member's owner is the member's id. A gift card and a coupon belong to whoever bears them: their
owner names the thing. A gift card is named by a keyed hash of its code, so that nobody who reads a
till's files or the server's tables can print the card; its last characters are for people.
"""

GIFT_CARD, COUPON = "gift:", "coupon:"
SHOWN, SHORTEST = 4, 8
"""So many last characters are shown, of a code that is not shorter than this."""
_HASHED = "gift card\n"


def card_text(code: str) -> str:
    """What is hashed of a gift card's code; another text than any phone's."""
    return _HASHED + code.strip()


def card_owner(digest: bytes, code: str) -> str:
    """The id of a gift card: `gift:<hash in hex>:<last four>`; `digest` is that of `card_text`."""
    plain = code.strip()
    return f"{GIFT_CARD}{digest.hex()}:{plain[-SHOWN:] if len(plain) >= SHORTEST else ''}"


def coupon_owner(key: str) -> str:
    """The owner of a limited coupon's uses; `key` is `<coupon>/<code or serial>`."""
    return COUPON + key


def is_bearer(owner: str) -> bool:
    """Whether the owner is a thing and not a member."""
    return owner.startswith((GIFT_CARD, COUPON))


def masked(card_id: str) -> str:
    """A gift card for people: two dots and its last characters."""
    shown = card_id.rpartition(":")[2] if card_id.startswith(GIFT_CARD) else card_id[-SHOWN:]
    return f"··{shown}"
