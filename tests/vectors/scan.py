"""scan_vectors/1: bytes, keys or reports as they arrive -> the scans a till must understand."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pos_app.domain.identification import (
    CardRange,
    Identification,
    Identifier,
    LabelRules,
    Layout,
)
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook
from tests.vectors.framing import DELIVERIES, Case, Delivery
from tests.vectors.outcome import Adapter, NotModelled, Outcome

_OUR_NAMES = {"price_kop": "price_minor", "sum_kop": "sum_minor"}
_LAYOUT_WORDS = {
    "item": Layout.ITEM,
    "grams": Layout.WEIGHT,
    "count": Layout.COUNT,
    "kopecks": Layout.PRICE,
    "card": Layout.MEMBER_CARD,
}


def rules_of(profile: Mapping[str, Any]) -> LabelRules:
    """The test profile as a shop's configuration."""
    layouts: dict[str, Layout] = {}
    for prefixes, meaning in profile["rcn"].items():
        first, _, last = prefixes.partition("-")
        layout = next(v for word, v in _LAYOUT_WORDS.items() if word in meaning.split())
        for prefix in range(int(first), int(last or first) + 1):
            layouts[str(prefix)] = layout
    return LabelRules(
        layouts=layouts,
        cards=(CardRange(), CardRange("LOY-", 10, 10)),
        member_qr=tuple(profile["loyalty_qr"]),
        home_region=profile["default_country"],
    )


def set_up(case: Case, profile: Mapping[str, Any]) -> Case:
    """The case with the profile's set-up of its transport under its own."""
    usual: Mapping[str, Any] = {}
    if case["transport"] == "serial" and "framing" in profile:
        framing = dict(profile["framing"])
        suffixes = framing.pop("suffixes", None)
        usual = {**framing, **({"suffixes_hex": suffixes} if suffixes else {})}
    elif case["transport"] == "wedge":
        usual = profile.get("wedge", {})
    return {**case, "config": {**usual, **case.get("config", {})}}


def as_neutral(answer: Identification, key: str) -> Any:
    value = getattr(answer, _OUR_NAMES.get(key, key))
    if key == "kind":
        return value.value
    if key == "ai":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def difference(case: Case, profile: Mapping[str, Any], deliveries: Mapping[str, Delivery]) -> str:
    identifier = Identifier(rules_of(profile), WorldPhoneBook(), BiipGs1Reader())
    scans = deliveries[case["transport"]](set_up(case, profile))
    answers = [identifier.scan(s.raw, s.aim, s.symbology) for s in scans]
    expected = case["expect"]
    if len(answers) != len(expected):
        kinds = [a.kind.value for a in answers]
        return f"{len(answers)} scans {kinds} instead of {len(expected)}"
    wrong = [
        f"{key} {as_neutral(answer, key)!r} instead of {value!r}"
        for answer, row in zip(answers, expected, strict=True)
        for key, value in row.items()
        if as_neutral(answer, key) != value
    ]
    return "; ".join(wrong)


def run(path: Path, deliveries: Mapping[str, Delivery] = DELIVERIES) -> Iterator[Outcome]:
    document = json.loads(path.read_text(encoding="utf-8"))
    for case in document["vectors"]:
        try:
            yield Outcome(case["id"], difference(case, document["profile"], deliveries))
        except NotModelled as reason:
            yield Outcome(case["id"], not_modelled=str(reason))


ADAPTER = Adapter("scan", lambda _, head: '"scan_vectors/1"' in head, run)
