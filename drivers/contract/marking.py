"""The permission check of marking codes: a code goes in byte for byte, a verdict comes out.

Never knows the goods behind a code, nor what is done with the verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Protocol

from drivers.contract.devices import Device, Reply
from drivers.contract.lenient import flag, text_of, word_of


@dataclass(frozen=True, slots=True)
class MarkAnswer:
    """`source`: online, local, or nobody. `why`: "" or one of WHY; `words` are the system's own.

    `request`, `time`, `inst`, `version`: what tag 1265 quotes of the answer.
    """

    allowed: bool
    source: str
    why: str = ""
    words: str = ""
    request: str = ""
    time: str = ""
    inst: str = ""
    version: str = ""

    def to_json(self) -> dict[str, object]:
        """A flat object."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "MarkAnswer":
        """Reads `to_json`; ValueError."""
        texts = {one.name: word_of(data, one.name) or "" for one in fields(cls)[1:]}
        texts["source"] = text_of(data, "source")
        return cls(allowed=flag(data, "allowed") is True, **texts)


VALID_UNTIL = "valid_until"
"""Of a status: until when the local module's lists are good, ISO 8601 UTC."""
WHY = frozenset(
    {"not_found", "not_verified", "sold", "blocked", "expired", "not_realizable", "grey_zone"}
    | {"nobody"}
)


class MarkCheck(Device, Protocol):
    """Asks on-line within its deadline, then the local module. Answers a ResultEvent always."""

    def check(self, raw: bytes, reply: Reply) -> None:
        """The payload is a MarkAnswer."""
        ...
