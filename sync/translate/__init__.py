"""Domain facts <-> wire messages, both ways and exactly: the only bilingual room. Never a rule."""

from sync.translate.allowances import allowance_from_row, allowance_row
from sync.translate.codec import UnreadableEvent, WireCodec
from sync.translate.entries import entry_doc, entry_from_doc
from sync.translate.rows import (
    item_from_row,
    item_row,
    lot_from_row,
    lot_row,
    member_from_row,
    member_row,
    operator_from_row,
    operator_row,
)

__all__ = [
    "UnreadableEvent",
    "WireCodec",
    "allowance_from_row",
    "allowance_row",
    "entry_doc",
    "entry_from_doc",
    "item_from_row",
    "item_row",
    "lot_from_row",
    "lot_row",
    "member_from_row",
    "member_row",
    "operator_from_row",
    "operator_row",
]
