"""A member's choice of cashback categories made elsewhere than at a till. Never a decision."""

from msgspec import Struct

PATH = "/v1/choice"


class ChoiceRequest(Struct, omit_defaults=True):
    """`kind` and `member` find the member: id, phone (HMAC hex), card or code. `month`: 2026-03,
    the present one or the next."""

    kind: str
    member: str
    month: str
    categories: tuple[str, ...]


class ChoiceReply(Struct, omit_defaults=True):
    """`result`: chosen, or refused with the reason's key; the categories that hold now."""

    result: str
    categories: tuple[str, ...] = ()
    reason: str = ""
