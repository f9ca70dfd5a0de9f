"""A weight and what may be done with it. Never a fraction, and never 0 in place of an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from drivers.contract.calls import Call
from drivers.contract.devices import Device, Reply
from drivers.contract.lenient import flag, number_of


class ScaleError(IntEnum):
    """Extended codes that go with E_EXTENDED.

    201-203 are UPOS; the rest are our own, beyond the numbers that UPOS may still take.
    """

    NONE = 0
    OVERWEIGHT = 201
    UNDER_ZERO = 202
    SAME_WEIGHT = 203
    UNSTABLE = 1001
    EMPTY = 1002
    UNREADABLE = 1003
    REFUSED = 1004
    CANCELLED = 1005


class WeightState(StrEnum):
    """Why a reading may or may not be sold."""

    GOOD = "good"
    UNSTABLE = "unstable"
    ZERO = "zero"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Weight:
    """One reading as the scale told it; `grams` is the net weight, None when none was told.

    `tare_g` is None where the protocol does not tell it.
    """

    grams: int | None
    stable: bool
    net: bool = False
    zero: bool = False
    over: bool = False
    under: bool = False
    tare_g: int | None = None

    @property
    def state(self) -> WeightState:
        """The first reason against selling by it; GOOD is stable, positive, within range."""
        if self.over:
            return WeightState.OVER
        if self.under or (self.grams is not None and self.grams < 0):
            return WeightState.UNDER
        if not self.stable or self.grams is None:
            return WeightState.UNSTABLE
        return WeightState.ZERO if self.grams == 0 else WeightState.GOOD

    def to_json(self) -> dict[str, object]:
        """A flat object of the seven fields."""
        return {
            "grams": self.grams,
            "stable": self.stable,
            "net": self.net,
            "zero": self.zero,
            "over": self.over,
            "under": self.under,
            "tare_g": self.tare_g,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Weight":
        """Reads `to_json`; ValueError for anything but whole numbers and booleans."""
        return cls(
            grams=_grams(data, "grams"),
            stable=bool(flag(data, "stable")),
            net=bool(flag(data, "net")),
            zero=bool(flag(data, "zero")),
            over=bool(flag(data, "over")),
            under=bool(flag(data, "under")),
            tare_g=_grams(data, "tare_g"),
        )


def _grams(data: Mapping[str, object], key: str) -> int | None:
    return None if data.get(key) is None else number_of(data, key)


class Scale(Device, Protocol):
    """A scale on the counter."""

    def read_weight(self, timeout_ms: int, call: Call) -> None:
        """Waits for a stable, positive weight: answers ResultEvent with `Weight.to_json`.

        Readings on the way are its progress, in the same form. An ErrorEvent has E_EXTENDED with a
        ScaleError, or E_OFFLINE when the scale went. Only one reading at a time: another one is
        refused with E_BUSY. Cancelled by the call, it answers CANCELLED.
        """
        ...

    def set_tare(self, grams: int | None, reply: Reply) -> None:
        """None: what lies on the pan; 0: no tare. Answers DoneEvent or ErrorEvent.

        E_ILLEGAL where the protocol cannot do it.
        """
        ...

    def set_zero(self, reply: Reply) -> None:
        """Answers DoneEvent or ErrorEvent."""
        ...
