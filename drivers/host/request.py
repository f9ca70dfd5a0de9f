"""One request line of the till, read field by field. Never guesses a device or a value."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from drivers.contract import Call, Reply
from drivers.registry import DeviceSet

_T = TypeVar("_T")


class RequestError(ValueError):
    """A request the host cannot understand; the message goes back to the till."""


class Request:
    """`reply` answers it once; `call` is the same for a long one. Readers raise RequestError."""

    def __init__(
        self, fields: Mapping[str, Any], reply: Reply, begin: Callable[[str], Call]
    ) -> None:
        self.id: int = fields["id"]
        self.do = str(fields.get("do"))
        self.reply = reply
        self._fields = fields
        self._begin = begin

    def call(self) -> Call:
        """For a request that takes long: with progress, and the till may cancel it."""
        return self._begin(str(self._fields.get("device") or ""))

    def get(self, key: str) -> Any:
        """The bare value, None when absent."""
        return self._fields.get(key)

    def text(self, key: str) -> str:
        """A string that is not empty."""
        value = self._fields.get(key)
        if not isinstance(value, str) or not value:
            raise RequestError(f"{key} must be a string")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._fields.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RequestError(f"{key} must be a whole number")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._fields.get(key)
        if not isinstance(value, bool):
            raise RequestError(f"{key} must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self._fields.get(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise RequestError(f"{key} must be a list of strings")
        return tuple(value)

    def object(self, key: str) -> dict[str, Any]:
        """An object."""
        value = self._fields.get(key)
        if not isinstance(value, dict):
            raise RequestError(f"{key} must be an object")
        return value

    def named(self, known: Mapping[str, _T]) -> _T:
        """The device that the request names; the only one when it names none."""
        name = self._fields.get("device")
        if name is None and len(known) == 1:
            return next(iter(known.values()))
        if not isinstance(name, str) or name not in known:
            raise RequestError(f"there is no device {name!r} for this")
        return known[name]


Handler = Callable[[DeviceSet, Request], None]
"""Hands a request to its device and returns at once; RequestError or JobError answer the till."""

Check = Callable[[DeviceSet, Request], None]
"""The live test of a kind: does what a person can see, and answers what came of it."""


def fields_of(line: str) -> dict[str, Any]:
    """The object on a line; RequestError unless it has a whole number `id`."""
    try:
        request = json.loads(line)
    except json.JSONDecodeError as bad:
        raise RequestError(f"not JSON: {bad}") from bad
    if not isinstance(request, dict) or not isinstance(request.get("id"), int):
        raise RequestError("a request is an object with a whole number `id`")
    return request
