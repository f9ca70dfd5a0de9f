"""What a sentence's arguments look like from here: shapes only. Never imports the rules."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


class CurrencyLike(Protocol):
    """An ISO 4217 code and how many decimals its amounts have."""

    @property
    def code(self) -> str: ...
    @property
    def minor_digits(self) -> int: ...


@runtime_checkable
class MoneyLike(Protocol):
    """An integer of minor units with its currency."""

    @property
    def minor(self) -> int: ...
    @property
    def currency(self) -> CurrencyLike: ...


@runtime_checkable
class RateLike(Protocol):
    """A percentage in millionths."""

    @property
    def ppm(self) -> int: ...


class UnitLike(Protocol):
    """`piece`, `g` or `ml`."""

    @property
    def value(self) -> Any: ...


@runtime_checkable
class QuantityLike(Protocol):
    """A quantity that knows its decimal string in priced units."""

    @property
    def unit(self) -> UnitLike: ...
    @property
    def value(self) -> int: ...

    def decimal(self) -> str: ...


@runtime_checkable
class PointsLike(Protocol):
    """A number of points."""

    @property
    def value(self) -> int: ...


@runtime_checkable
class SentenceLike(Protocol):
    """A key and its arguments."""

    @property
    def key(self) -> str: ...
    @property
    def args(self) -> Mapping[str, Any]: ...
