"""A till's registrar, wired: the link, the desk, the shop's settings. Never a rule of its own."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from pos_app.domain.fiscal.shape import TaxSystem
from pos_app.domain.fiscal.vat import load_vat_values
from pos_app.storage.fiscal_book import FiscalBook
from pos_app.storage.till_file import TillFile
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.fiscal_link import FiscalLink
from pos_app.wiring.marking_link import MarkingLink
from pos_app.workstation import fiscal_errands
from pos_app.workstation.fiscal_counter import FiscalCounter, FiscalShop
from pos_app.workstation.fiscal_desk import FiscalDesk
from pos_app.workstation.fiscal_notes import forget_abandoned
from pos_app.workstation.ports import StorageBroken, StorageFull
from pos_app.workstation.station import Station, storage_trouble
from resources import read_text

TAX_SYSTEMS: Mapping[str, TaxSystem] = {
    "osn": TaxSystem.GENERAL,
    "usn_income": TaxSystem.SIMPLIFIED_INCOME,
    "usn_income_outcome": TaxSystem.SIMPLIFIED_INCOME_LESS_COST,
    "esn": TaxSystem.AGRICULTURAL,
    "patent": TaxSystem.PATENT,
}
LOOK_MS = 2_000
Tick = Callable[[int], None]


def attach_fiscal(
    station: Station, devices: DeviceLink, file: TillFile, setting: Callable[[], Any]
) -> Tick:
    """Gives the station its registrar; the answer is to be called with the monotonic time.

    `setting`: the shop's setting `fiscal` as parsed JSON, None for none; another one is taken
    between two transactions, never within one.
    """
    known, looked_ms = setting(), 0
    link = FiscalLink(devices)
    marking = MarkingLink(devices)
    station.fiscal = FiscalCounter(link, FiscalBook(file), shop_of(known), marking)
    desk = FiscalDesk(station)
    with suppress(StorageFull, StorageBroken):  # said where it matters: the first gesture
        forget_abandoned(station)

    def go_on() -> None:
        try:
            fiscal_errands.pump(station)
        except StorageFull:
            station.say(storage_trouble("storage_full"))
        except StorageBroken:
            station.say(storage_trouble("storage_broken"))

    link.on_ready = go_on

    def look(now_ms: int) -> None:
        nonlocal known, looked_ms
        if now_ms - looked_ms < LOOK_MS or station.open is not None:
            return
        looked_ms, now = now_ms, setting()
        if now != known:
            known, station.fiscal.shop = now, shop_of(now)

    def tick(now_ms: int) -> None:
        look(now_ms)
        # Devices may be configured at any time: without a registrar nobody pays for its steps.
        station.registrar = desk if link.configured() else None
        link.tick(now_ms)

    tick(0)
    return tick


def shop_of(setting: Any) -> FiscalShop:
    """`{"tax_system": "osn", "taxpayer_numbers": {operator: INN}, "paper_too": false}`."""
    said = setting if isinstance(setting, Mapping) else {}
    return FiscalShop(
        vat=load_vat_values(read_text("fiscal", "vat.json")),
        tax_system=TAX_SYSTEMS.get(str(said.get("tax_system")), TaxSystem.GENERAL),
        taxpayer_numbers=dict(said.get("taxpayer_numbers") or {}),
        paper_too=bool(said.get("paper_too")),
    )
