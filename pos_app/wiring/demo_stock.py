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

STAMP, LANGUAGE = "stock", "language"
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
    return {**program, **extras, "promotions": promotions, "version": program["version"] + 1}


def catalogue_to_try() -> str:
    """The demo's goods and the membership that is sold like one of them, as CSV."""
    rows = [
        row
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
    program.write_text(json.dumps(program_to_try(), ensure_ascii=False), encoding="utf-8")
    catalogue.write_text(catalogue_to_try(), encoding="utf-8")
    stock = Stock(catalogue=catalogue, program=program, stores={STORE: SHOPS[language]})
    shop = Shop(folder, stock)
    stamp = hashlib.sha256(program.read_bytes() + catalogue.read_bytes()).hexdigest()
    if shop.data.exists() and _noted(folder, STAMP) != stamp:
        head_office(shop.data, "publish-program", str(program))
        head_office(shop.data, "import-catalog", str(catalogue))
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
    return path.read_text() if path.exists() else ""
