"""`kopilka cards` and `kopilka labels`: sheets of member cards and price labels from the shell.

Never overwrites a file without being asked, never sends anything to the server.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal

from drivers.config_file import ConfigError, read_config
from drivers.contract import Cut, ErrorEvent, Event, JobError, PrintJob, Symbology
from drivers.registry import build_devices
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.studio import (
    SHEETS,
    Card,
    CodeKind,
    PriceLabel,
    StudioError,
    new_numbers,
    pdf_of,
    png_of,
    read_cards,
    read_labels,
    write_numbers,
)
from pos_app.workstation.labels import (
    CardFace,
    LabelPaper,
    PriceFace,
    member_card_job,
    price_label_job,
)

PRINT_S = 120.0
_CUT = PrintJob("part", (Cut(),))
CARD_SHEETS = ("cards-a4", "card")


def main(word: str, arguments: Sequence[str]) -> int:
    """Runs `cards` or `labels`; a mistake is one sentence and status 2."""
    chosen = (_cards_parser() if word == "cards" else _labels_parser()).parse_args(arguments)
    try:
        made = _cards(chosen) if word == "cards" else _labels(chosen)
        for said in made:
            sys.stderr.write(f"{said}\n")
    except (StudioError, ConfigError, JobError, OSError) as bad:
        sys.stderr.write(f"kopilka: {bad}\n")
        return 2
    return 0


def _cards_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka cards", description="Member cards on paper.")
    numbers = parser.add_mutually_exclusive_group(required=True)
    numbers.add_argument("--csv", type=Path, help="a file with the column `number` (and `name`)")
    numbers.add_argument("--new", type=int, metavar="COUNT", help="so many new numbers")
    parser.add_argument("--prefix", default="29", help="what new numbers begin with")
    parser.add_argument("--first", type=int, default=1, help="the first serial of new numbers")
    parser.add_argument("--digits", type=int, default=13, help="length of new numbers, all in")
    parser.add_argument("--numbers-out", type=Path, help="write the numbers to a CSV file")
    parser.add_argument("--code", choices=[kind.value for kind in CodeKind], default="ean13")
    parser.add_argument("--no-qr", action="store_true", help="bars alone")
    parser.add_argument("--title", default="", help="the programme's name on the card")
    _add_output(parser, CARD_SHEETS, "cards-a4")
    return parser


def _labels_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka labels", description="Price labels on paper.")
    parser.add_argument("--csv", type=Path, required=True, help="columns name, price, code, ...")
    parser.add_argument("--height", type=int, default=40, help="millimetres of a printer's label")
    parser.add_argument("--gap", type=int, default=3, help="millimetres between printer's labels")
    labels = [name for name in SHEETS if name not in CARD_SHEETS]
    _add_output(parser, labels, "a4-3x8")
    return parser


def _add_output(parser: argparse.ArgumentParser, sheets: Sequence[str], usual: str) -> None:
    parser.add_argument("--sheet", choices=sheets, default=usual)
    parser.add_argument("--pdf", type=Path, help="write all pages")
    parser.add_argument("--png", type=Path, help="write the first page as a picture")
    parser.add_argument("--replace", action="store_true", help="files that exist are replaced")
    parser.add_argument("--devices", type=Path, help="print on the first printer of this file")


def _cards(chosen: argparse.Namespace) -> list[str]:
    kind = CodeKind(chosen.code)
    with_qr = not chosen.no_qr
    if chosen.csv is not None:
        cards = read_cards(chosen.csv, chosen.title, kind, with_qr=with_qr)
    else:
        numbers = new_numbers(chosen.prefix, chosen.first, chosen.new, chosen.digits)
        cards = tuple(Card(one, chosen.title, "", kind, with_qr) for one in numbers)
    said = _written(chosen, cards)
    if chosen.numbers_out is not None:
        _free(chosen, chosen.numbers_out)
        write_numbers(chosen.numbers_out, [card.number for card in cards])
        said.append(f"{chosen.numbers_out}: {len(cards)} numbers")
    return said + _printed(chosen, lambda job_id: _one_job(map(_card_job, cards), job_id))


def _labels(chosen: argparse.Namespace) -> list[str]:
    labels = read_labels(chosen.csv)
    paper = LabelPaper(height_mm=chosen.height, gap_mm=chosen.gap)
    said = _written(chosen, labels)
    jobs = (_label_job(label, paper) for label in labels)
    return said + _printed(chosen, lambda job_id: _one_job((*jobs, _CUT), job_id))


def _card_job(card: Card) -> PrintJob:
    symbology = None if card.kind is CodeKind.QR else Symbology(card.kind.value)
    lines = tuple(line for line in (card.holder, card.note) if line)
    number = card.number if symbology is None else ""
    return member_card_job(CardFace(card.title, card.number, symbology, number, lines), "part")


def _label_job(label: PriceLabel, paper: LabelPaper) -> PrintJob:
    face = PriceFace(label.name, label.said(label.price_minor), label.code, label.unit)
    was = label.said(label.old_minor) if label.old_minor else ""
    return price_label_job(replace(face, was=was, on=label.note), "part", paper)


def _one_job(jobs: Iterable[PrintJob], job_id: str) -> PrintJob:
    """All of them as one: the printer confirms them together."""
    parts = tuple(jobs)
    elements = tuple(element for part in parts for element in part.elements)
    return PrintJob(job_id, elements, parts[0].columns)


def _written(chosen: argparse.Namespace, made: Sequence[Card | PriceLabel]) -> list[str]:
    if not made:
        raise StudioError("there is nothing to print")
    sheet, said = SHEETS[chosen.sheet], list[str]()
    if chosen.pdf is not None:
        _free(chosen, chosen.pdf)
        chosen.pdf.write_bytes(pdf_of(made, sheet, getattr(chosen, "title", "")))
        said.append(f"{chosen.pdf}: {len(made)} on {sheet.name}")
    if chosen.png is not None:
        _free(chosen, chosen.png)
        chosen.png.write_bytes(png_of(made, sheet))
        said.append(f"{chosen.png}: the first page")
    return said


def _free(chosen: argparse.Namespace, path: Path) -> None:
    if path.exists() and not chosen.replace:
        raise StudioError(f"{path} exists: --replace overwrites it")


def _printed(chosen: argparse.Namespace, job_of: Callable[[str], PrintJob]) -> list[str]:
    """Prints once and waits for the printer's own word. Needs the port to itself: no open till."""
    if chosen.devices is None:
        return []
    heard: list[Event] = []
    ended = Signal()

    def answer(event: Event) -> None:
        heard.append(event)
        ended.set()

    devices = build_devices(read_config(chosen.devices), lambda _event: None)
    printer = next(iter(devices.printers.values()), None)
    if printer is None:
        raise StudioError(f"{chosen.devices} names no printer")
    printer.open()
    try:
        printer.print_job(job_of(Uuid7Source().new_id()), answer)
        ended.wait(PRINT_S)
    finally:
        printer.close()
    event = heard[0] if heard else None
    if event is None or isinstance(event, ErrorEvent):
        why = event.message if isinstance(event, ErrorEvent) else "the printer does not answer"
        raise StudioError(f"{printer.name}: {why}; look whether it printed")
    return [f"{printer.name}: printed"]
