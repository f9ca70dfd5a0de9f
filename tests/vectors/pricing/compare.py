"""Expected numbers against what came out, exactly. Never a key passed without being compared."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled

UNKNOWN_NUMBER = "unknown expected number"
Facts = Mapping[str, Callable[[], Any]]
"""What can be said of a result, by the neutral name; computed only when asked."""

UNORDERED = frozenset({"applied", "rejected_codes", "free_skus", "free_items", "discounted_units"})

YES_OR_NO = frozenset({"flag", "rejected"})
"""Whether there is one; the words for it are everybody's own."""


def plain(value: Any) -> Any:
    """Numbers as fractions, whatever way they are written; names stay names."""
    if isinstance(value, bool) or value is None or isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value]


def _number(text: str) -> Fraction | str:
    if not text or text.strip() != text or set(text) - set("0123456789.-+"):
        return text
    try:
        return Fraction(text)
    except ValueError:
        return text


def differences(expected: Mapping[str, Any], facts: Facts) -> list[str]:
    """One sentence a wrong number; raises NotModelled for a number nobody can tell."""
    tolerance = Fraction(str(expected.get("tolerance") or 0))
    found = []
    for key, value in expected.items():
        if key == "tolerance":
            continue
        wanted = plain(value)
        got, same = _judged(key, wanted, facts, tolerance)
        if not same:
            found.append(f"{key} {shown(got)} instead of {shown(wanted)}")
    return found


def _judged(key: str, wanted: Any, facts: Facts, tolerance: Fraction) -> tuple[Any, bool]:
    for suffix, judge in (("_multiset", _same_bag), ("_max", _at_most)):
        if key.endswith(suffix) and key not in facts:
            got = plain(_fact(facts, key.removesuffix(suffix))())
            return got, judge(wanted, got, tolerance)
    got = plain(_fact(facts, key)())
    if key in YES_OR_NO:
        return got, bool(wanted) == bool(got)
    if key == "by_program":
        return got, all(_program(one, got.get(name), tolerance) for name, one in wanted.items())
    if key in UNORDERED:
        return got, _same_bag(wanted, got, tolerance)
    return got, same(wanted, got, tolerance)


def _fact(facts: Facts, key: str) -> Callable[[], Any]:
    if key not in facts:
        raise NotModelled(UNKNOWN_NUMBER)
    return facts[key]


def same(wanted: Any, got: Any, tolerance: Fraction = Fraction(0)) -> bool:
    """Equal; of an object only the names that are wanted, and a name without a number is zero."""
    if isinstance(wanted, Mapping):
        found = got if isinstance(got, Mapping) else {}
        return all(same(one, found.get(name, Fraction(0))) for name, one in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(got, list) or len(wanted) != len(got):
            return False
        return all(same(a, b, tolerance) for a, b in zip(wanted, got, strict=True))
    if isinstance(wanted, Fraction) and isinstance(got, Fraction):
        return abs(wanted - got) <= tolerance
    return bool(wanted == got)


def flat(value: Any) -> list[Any]:
    """The values of a nested structure, in order."""
    if isinstance(value, Mapping):
        return [one for part in value.values() for one in flat(part)]
    if isinstance(value, list):
        return [one for part in value for one in flat(part)]
    return [value]


def _same_bag(wanted: Any, got: Any, tolerance: Fraction) -> bool:
    """The same values in any order."""
    if isinstance(got, list) and got and isinstance(got[0], Mapping):
        rest = list(got)
        for one in wanted:
            hit = next((other for other in rest if same(one, other, tolerance)), None)
            if hit is None:
                return False
            rest.remove(hit)
        return not rest
    return same(sorted(flat(wanted), key=str), sorted(flat(got), key=str), tolerance)


def _at_most(wanted: Any, got: Any, tolerance: Fraction) -> bool:
    return all(a + tolerance >= b for a, b in zip(flat(wanted), flat(got), strict=True))


def _program(wanted: Any, got: Any, tolerance: Fraction) -> bool:
    """A programme's reduction: in all, by line, or by the lines that it touched."""
    lines = list(got.values()) if got else []
    total = sum(lines, Fraction(0))
    if not isinstance(wanted, list):
        return same(wanted, total, tolerance)
    touched = [one for one in lines if one]
    choices = [lines, touched, [total]]
    return any(same(wanted, one, tolerance) for one in choices)


def shown(value: Any) -> str:
    """A value as a person writes it."""
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    return repr(value)
