"""Scanned label or typed text -> what it is. Never looks up whether the shop has it."""

from pos_app.domain.identification.identifier import Identifier
from pos_app.domain.identification.label_layout import LabelLayout
from pos_app.domain.identification.label_rules import CardRange, LabelRules, Layout
from pos_app.domain.identification.result import Identification, Kind, Reason

__all__ = [
    "CardRange",
    "Identification",
    "Identifier",
    "Kind",
    "LabelLayout",
    "LabelRules",
    "Layout",
    "Reason",
]
