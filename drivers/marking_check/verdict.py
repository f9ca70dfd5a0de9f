"""What the marking system's answer about one code means. Never asks anybody.

Fields after the permission mode of the marking system (`codes/check`), as far as public: see
docs/fiscal.md for what was not verified.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.contract.marking import MarkAnswer

ONLINE, LOCAL, NOBODY = "online", "local", "nobody"


class Unreadable(ValueError):
    """An answer that says nothing about the code."""


def verdict_of(body: Mapping[str, Any], source: str) -> MarkAnswer:
    """The answer about the one code that was asked; Unreadable when it has none."""
    codes = body.get("codes")
    one = codes[0] if isinstance(codes, list) and codes else None
    if not isinstance(one, Mapping) or int(body.get("code") or 0) != 0:
        raise Unreadable(str(body.get("description") or "no codes in the answer"))
    why = _why(one, str(body.get("reqTimestamp") or ""))
    return MarkAnswer(
        allowed=not why,
        source=source,
        why=why,
        words=str(one.get("message") or one.get("expireDate") or ""),
        request=str(body.get("reqId") or ""),
        time=str(body.get("reqTimestamp") or ""),
        inst=str(body.get("inst") or ""),
        version=str(body.get("version") or ""),
    )


def valid_until(body: Mapping[str, Any], hours: int) -> str:
    """ISO 8601 UTC: so long after its last exchange the local module's lists are good."""
    heard = datetime.fromtimestamp(int(body.get("lastSync") or "") / 1000, UTC)
    return (heard + timedelta(hours=hours)).isoformat()


def _why(one: Mapping[str, Any], now_ms: str) -> str:
    """The first reason against it, the gravest first; a field that is absent forbids nothing."""
    found = (
        (one.get("found") is False, "not_found"),
        (one.get("verified") is False or one.get("valid") is False, "not_verified"),
        (one.get("isBlocked") is True, "blocked"),
        (one.get("sold") is True, "sold"),
        (_ended(str(one.get("expireDate") or ""), now_ms), "expired"),
        (one.get("grayZone") is True, "grey_zone"),
        (one.get("realizable") is False, "not_realizable"),
        (int(one.get("errorCode") or 0) != 0, "blocked"),
    )
    return next((why for holds, why in found if holds), "")


def _ended(until: str, now_ms: str) -> bool:
    """By the marking system's own clock: it is the one that is held against a shop."""
    try:
        ends = datetime.fromisoformat(until)
        return ends.timestamp() * 1000 < int(now_ms)
    except ValueError:
        return False
