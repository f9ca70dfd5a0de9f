"""Reads a file of words: TOML, mostly in a shape that needs no parser. Never otherwise than TOML.

A till reads two thousand sentences before its first screen; a whole TOML parser takes twenty times
as long for them as a look at each line. A file with any other line is the parser's.
"""

import re
from typing import Any

_NAME = r"[A-Za-z0-9_-]+"
_RUN = r'[^"\\\x00-\x1f\x7f]*'
_TEXT = rf'"({_RUN}(?:\\"{_RUN})*)"'
_HEAD = re.compile(rf"\[({_NAME}(?:\.{_NAME})*)\]")
_WORDS = re.compile(rf'({_NAME}|"[\w -]+") = {_TEXT}', re.ASCII)
_FORMS = re.compile(rf"({_NAME}) = \{{ ({_NAME} = {_TEXT}(?:, {_NAME} = {_TEXT})*) \}}")


def words_of(text: str) -> dict[str, Any]:
    """The document's tables, as `tomllib.loads` has them. Raises TOMLDecodeError, as it does."""
    found = _plain(text)
    if found is not None:
        return found
    import tomllib  # our own files never need it

    return tomllib.loads(text)


def _plain(text: str) -> dict[str, Any] | None:
    """None where a line is in no shape known here, or where something stands twice."""
    tables: dict[str, dict[str, Any]] = {"": {}}
    heads, table = set(), tables[""]
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        if line[0] != "[":
            if not _kept(line, table):
                return None
            continue
        head = _HEAD.fullmatch(line)
        inner = _table(tables, head[1]) if head is not None and head[1] not in heads else None
        if head is None or inner is None:
            return None
        heads.add(head[1])
        table = inner
    return tables[""]


def _kept(line: str, table: dict[str, Any]) -> bool:
    """Whether the line is understood, and new."""
    value: Any
    plain = _WORDS.fullmatch(line)
    if plain is not None:
        key, value = plain[1].strip('"'), _said(plain[2])
    elif (forms := _FORMS.fullmatch(line)) is not None:
        pairs = _WORDS.findall(forms[2])
        key, value = forms[1], {form: _said(words) for form, words in pairs}
        if len(value) != len(pairs):
            return False
    else:
        return False
    if key in table:
        return False
    table[key] = value
    return True


def _said(text: str) -> str:
    """The one escape that words have."""
    return text.replace('\\"', '"')


def _table(tables: dict[str, dict[str, Any]], path: str) -> dict[str, Any] | None:
    """The table of a head; None where words or closed forms stand in its place."""
    before, _, name = path.rpartition(".")
    if path not in tables:
        around = _table(tables, before) if before else tables[""]
        if around is None or name in around:
            return None
        around[name] = tables[path] = {}
    return tables[path]
