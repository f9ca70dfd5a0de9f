"""A price label from the till.

Somebody scans the goods whose label is missing or wrong; the receipt printer prints a new one.
Never changes a price, and never prints one that is not in force today.
"""

from typing import Any

from pos_app.domain.item import Item
from pos_app.domain.money import Money
from pos_app.domain.quantity import Unit
from pos_app.workstation.answer import Answer, refused
from pos_app.workstation.labels import LabelPaper, PriceFace, price_label_job
from pos_app.workstation.printing import print_paper
from pos_app.workstation.sale import goods_of
from pos_app.workstation.station import Station, guarded

PAPER_SETTING = "label_paper"
"""The shop's labels, {"columns", "height_mm", "gap_mm"}; without it the roll of
receipts is in the printer: 58 x 40 mm of it, cut off."""


def print_label(station: Station, text: str) -> Answer:
    """By what the one field takes: a code, a PLU."""
    if station.operator is None:
        return refused("sign_on_first")
    item, _, _ = goods_of(station, station.gear.identifier.typed(text))
    if item is None:
        return refused("unknown_code", code=text)
    price = item.price_minor(station.business_on())
    if price is None:
        return refused("no_price", name=item.name)
    face = _face(station, item, price)
    told = station.mirror.setting(PAPER_SETTING)
    paper, cut = paper_of(told), not isinstance(told, dict)
    return print_paper(station, lambda job_id: price_label_job(face, job_id, paper, cut=cut))


def _face(station: Station, item: Item, price: int) -> PriceFace:
    voice = station.gear.voice(station.settings.language)
    unit = "label.per_piece" if item.unit is Unit.PIECE else f"label.per_{item.unit.value}"
    return PriceFace(
        name=item.name,
        price=voice.text("label.price", price=Money(price)),
        code=item.codes[0] if item.codes else item.plu,
        unit=voice.text(unit),
        on=voice.text("label.printed", on=station.business_on()),
    )


def paper_of(setting: Any) -> LabelPaper:
    """The labels in the printer; a setting that is no such object means the usual size."""
    if not isinstance(setting, dict):
        return LabelPaper()
    usual = LabelPaper()
    told = {key: setting.get(key) for key in ("columns", "height_mm", "gap_mm")}
    whole = {key: one for key, one in told.items() if type(one) is int and one > 0}
    return LabelPaper(
        columns=whole.get("columns", usual.columns),
        height_mm=whole.get("height_mm", usual.height_mm),
        gap_mm=whole.get("gap_mm", usual.gap_mm),
    )


class LabelGestures:
    """Labels of the shelf; see WeighingPort."""

    _station: Station

    def print_label(self, text: str) -> Answer:
        """See WeighingPort."""
        return guarded(lambda: print_label(self._station, text))
