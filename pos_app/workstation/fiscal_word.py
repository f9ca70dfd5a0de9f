"""What is kept of an errand that nobody knows: the registrar's last answer, and a person's word.

Never decides which of them counts.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.ports import FiscalRow

STILL_AT_IT = frozenset({"fiscal.busy"})
"""The registrar may do it yet."""
NOT_OVER = STILL_AT_IT | {"fiscal.unreachable"}
"""Answers after which it may tell more."""


def _kept(row: FiscalRow) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(row.result) if row.result else {}
    return found


def _with(row: FiscalRow, **more: Any) -> FiscalRow:
    return replace(row, result=json.dumps({**_kept(row), **more}, ensure_ascii=False).encode())


def said_of(row: FiscalRow) -> Sentence | None:
    """The registrar's last answer of it; None before any."""
    why = _kept(row).get("why")
    return say(why[0], words=why[1]) if why else None


def with_said(row: FiscalRow, why: Sentence | None) -> FiscalRow:
    """The row, unknown, with that answer; the words are the registrar's own."""
    if why is None:
        return replace(row, state="unknown")
    words = why.args.get("words", "")
    return replace(_with(row, why=[why.key, str(words)]), state="unknown")


def word_of(row: FiscalRow) -> str:
    """What a person said of it, "" for nothing."""
    return str(_kept(row).get("word", ""))


def with_word(row: FiscalRow, word: str) -> FiscalRow:
    """The row with a person's word."""
    return _with(row, word=word)


def was_told(row: FiscalRow) -> bool:
    """Whether the till has said that somebody must decide."""
    return bool(_kept(row).get("told"))


def with_told(row: FiscalRow) -> FiscalRow:
    """It has."""
    return _with(row, told=True)
