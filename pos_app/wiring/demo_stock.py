"""What the demo shop has for a person to try: coupons, gift cards, a club, offers, rewards.

The shop of the tests (`demo/program.json`) with `demo/extras.*` on top. Never a rule of its own.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pos_app.wiring.appearance import Appearance, remember, remembered
from pos_app.wiring.demo_shop import OPERATORS, STORE, Shop, Stock, head_office, packaged
from pos_app.wiring.latin_names import members_in

STAMP, LANGUAGE, MEMBERS = "stock", "language", "members.csv"
LANGUAGES = ("ru", "en")
DEPARTMENTS = frozenset({"categories", "not_categories"})
ABOVE = 2
"""What was published once never changes: each release of the extras is a version higher."""
NAMES: Mapping[str, Mapping[str, str]] = {
    "ru": {operator: name for operator, name, _role, _pin in OPERATORS},
    "en": {"anna": "Anna", "boris": "Boris"},
}
SHOPS = {"ru": "Магазин «Копилка»", "en": "Kopilka shop"}


def program_to_try() -> dict[str, Any]:
    """The demo's programme with everything a cashier may meet."""
    program: dict[str, Any] = json.loads(packaged("demo", "program.json").read_text("utf-8"))
    extras: dict[str, Any] = json.loads(packaged("demo", "extras.json").read_text("utf-8"))
    promotions = [*program["promotions"], *extras.pop("promotions")]
    whole = {**program, **extras, "promotions": promotions, "version": program["version"] + ABOVE}
    return dict(_in_every_language(whole, [names_in(one) for one in LANGUAGES]))


def _in_every_language(part: Any, names: list[Mapping[str, str]], key: str = "") -> Any:
    """Departments under all their names: one programme, whatever language the goods are in."""
    if isinstance(part, dict):
        return {name: _in_every_language(one, names, name) for name, one in part.items()}
    if isinstance(part, list) and key in DEPARTMENTS:
        return list(dict.fromkeys(table.get(one, one) for one in part for table in names))
    if isinstance(part, list):
        return [_in_every_language(one, names) for one in part]
    return part


def names_in(language: str) -> Mapping[str, str]:
    """Russian name of a thing or a department -> its name in that language, from `demo/names.csv`;
    what has none keeps its own."""
    table = csv.DictReader(io.StringIO(packaged("demo", "names.csv").read_text("utf-8")))
    return {row["ru"]: row[language] for row in table}


def catalogue_to_try(language: str) -> str:
    """The demo's goods in a language, and the membership that is sold like one of them, as CSV."""
    names = names_in(language)
    rows = [
        {**row, **{one: names.get(row[one], row[one]) for one in ("name", "department")}}
        for name in ("catalog.csv", "extras.csv")
        for row in csv.DictReader(io.StringIO(packaged("demo", name).read_text("utf-8")))
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def shop_to_try(folder: Path, language: str) -> Shop:
    """The demo shop of that folder, speaking that language; one of an earlier release is renewed.

    Call it before the shop is entered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program, catalogue = folder / "program.json", folder / "catalog.csv"
    members, former = folder / MEMBERS, _noted(folder, MEMBERS)
    program.write_text(json.dumps(program_to_try(), ensure_ascii=False), encoding="utf-8")
    catalogue.write_text(catalogue_to_try(language), encoding="utf-8")
    packed = packaged("demo", MEMBERS).read_text("utf-8")
    members.write_text(members_in(language, packed), encoding="utf-8")
    stock = Stock(catalogue, members, program, {STORE: SHOPS[language]})
    shop = Shop(folder, stock)
    stamp = hashlib.sha256(program.read_bytes() + catalogue.read_bytes()).hexdigest()
    if shop.data.exists() and _noted(folder, STAMP) != stamp:
        head_office(shop.data, "publish-program", str(program))
        head_office(shop.data, "import-catalog", str(catalogue))
    if shop.data.exists() and _noted(folder, MEMBERS) != (former or packed):
        head_office(shop.data, "import-members", str(members), "--store", STORE)
    (folder / STAMP).write_text(stamp)
    return shop


def speak(shop: Shop, till: str, language: str) -> None:
    """Shop, operators and window in the language that was asked for; once, so that a language
    chosen by hand stays until another is asked for. Call it before the till is built."""
    if _noted(shop.folder, LANGUAGE) == language:
        return
    head_office(shop.data, "store", "add", STORE, "--name", SHOPS[language])
    for operator, _name, role, pin in OPERATORS:
        person = ("--name", NAMES[language][operator], "--role", role, "--pin", pin)
        head_office(shop.data, "set-operator", operator, *person, "--language", language)

    data = shop.folder / till
    if data.exists():
        settings = remembered(data, language, Appearance())
        remember(data, replace(settings, language=language))
    (shop.folder / LANGUAGE).write_text(language)


def _noted(folder: Path, name: str) -> str:
    path = folder / name
    return path.read_text("utf-8") if path.exists() else ""
