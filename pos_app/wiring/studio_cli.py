"""`kopilka cards` and `kopilka labels`: sheets of member cards and price labels from the shell.

Never overwrites a file without being asked, never sends anything to the server.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from drivers.config_file import ConfigError
from drivers.contract import Cut, JobError, PrintJob, Symbology
from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.studio import (
    SHEETS,
    Card,
    CodeKind,
    PriceLabel,
    StudioError,
    narrow_bars,
    pdf_of,
    png_of,
    read_cards,
    read_labels,
    write_numbers,
)
from pos_app.wiring.card_book import FILE as CARD_FILE
from pos_app.wiring.card_book import CardBook, Wanted
from pos_app.wiring.commands import DEVICES_FILE
from pos_app.wiring.studio_printer import StudioPrinter, studio_printer
from pos_app.workstation.labels import (
    CardFace,
    LabelPaper,
    PriceFace,
    member_card_job,
    price_label_job,
)

DEVICES_HELP = "print on the first printer of this file; without FILE the till's own"
WRONG_SAID = 20
_CUT = PrintJob("part", (Cut(),))
CARD_SHEETS = ("cards-a4", "card")
MISTAKES = (StudioError, ConfigError, JobError, OSError)
"""What is a sentence and no traceback."""


def main(word: str, arguments: Sequence[str], data: Path) -> int:
    """Runs `cards` or `labels`; a mistake is a sentence and status 2. `data`: the usual folder."""
    chosen = (_cards_parser(data) if word == "cards" else _labels_parser(data)).parse_args(
        arguments
    )
    try:
        _wants_output(chosen, word)
        (_cards if word == "cards" else _labels)(chosen)
    except MISTAKES as bad:
        _say(f"kopilka {word}: {bad}")
        return 2
    return 0


def _say(said: str) -> None:
    sys.stderr.write(f"{said}\n")


def _wants_output(chosen: argparse.Namespace, word: str) -> None:
    """Before anything is read or counted; a file in the way is said now, not after the numbers."""
    files = [chosen.pdf, chosen.png, getattr(chosen, "numbers_out", None)]
    if not any(files) and chosen.devices is None:
        more = ", --numbers-out FILE (a list)" if word == "cards" else ""
        raise StudioError(
            "nothing was made: say where it goes: --pdf FILE (all pages), --png FILE (a picture"
            f" of the first page), --devices [FILE] (the receipt printer){more}"
        )
    for path in files:
        if path is not None:
            _free(chosen, path)


def _cards_parser(data: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka cards", description="Member cards on paper.")
    numbers = parser.add_mutually_exclusive_group(required=True)
    numbers.add_argument("--csv", type=Path, help="a file with the column `number` (and `name`)")
    numbers.add_argument("--new", type=int, metavar="COUNT", help="so many new numbers")
    parser.add_argument("--prefix", default="29", help="what new numbers begin with")
    parser.add_argument("--first", type=int, help="their first serial; else behind the highest")
    parser.add_argument("--digits", type=int, default=13, help="length of new numbers, all in")
    parser.add_argument("--numbers-out", type=Path, help="write the numbers to a CSV file")
    parser.add_argument("--code", choices=[kind.value for kind in CodeKind], default="ean13")
    parser.add_argument("--no-qr", action="store_true", help="bars alone")
    parser.add_argument("--title", default="", help="the programme's name on the card")
    _add_output(parser, CARD_SHEETS, "cards-a4", data)
    return parser


def _labels_parser(data: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka labels", description="Price labels on paper.")
    parser.add_argument("--csv", type=Path, required=True, help="columns name, price, code, ...")
    parser.add_argument("--height", type=int, default=40, help="millimetres of a printer's label")
    parser.add_argument("--gap", type=int, default=3, help="millimetres between printer's labels")
    labels = [name for name in SHEETS if name not in CARD_SHEETS]
    parser.add_argument(
        "--skip-wrong", action="store_true", help="print the others when a line is wrong"
    )
    _add_output(parser, labels, "a4-3x8", data)
    return parser


def _add_output(
    parser: argparse.ArgumentParser, sheets: Sequence[str], usual: str, data: Path
) -> None:
    parser.add_argument("--sheet", choices=sheets, default=usual)
    parser.add_argument("--pdf", type=Path, help="write all pages")
    parser.add_argument("--png", type=Path, help="write the first page as a picture")
    parser.add_argument("--replace", action="store_true", help="files that exist are replaced")
    parser.add_argument("--devices", nargs="?", const="", metavar="FILE", help=DEVICES_HELP)
    parser.add_argument("--data", type=Path, default=data, help="the till's folder")


def _cards(chosen: argparse.Namespace) -> None:
    kind, with_qr = CodeKind(chosen.code), not chosen.no_qr
    if chosen.csv is not None:
        _made_cards(chosen, read_cards(chosen.csv, chosen.title, kind, with_qr=with_qr))
        return
    if kind is CodeKind.EAN13 and not (chosen.prefix.isascii() and chosen.prefix.isdecimal()):
        raise StudioError(
            f"prefix {chosen.prefix!r}: an EAN-13 has digits only; letters want --code code128"
        )
    book = CardBook(chosen.data, SystemClock().now_utc)
    wanted = Wanted(chosen.prefix, chosen.digits, chosen.new, chosen.first)
    printer = _printer_of(chosen)
    with book.new(wanted) as numbers:
        cards = tuple(Card(one, chosen.title, "", kind, with_qr) for one in numbers)
        made = _drawn(chosen, cards)
    _say(f"new numbers {numbers[0]} to {numbers[-1]}, noted in {chosen.data / CARD_FILE}")
    if not book.is_compared:
        _say(f"{chosen.data} is no till: the numbers were compared with earlier runs only")
    try:
        _put(chosen, made)
        _listed(chosen, numbers)
        _printed(printer, lambda job_id: _one_job(map(_card_job, cards), job_id))
    except MISTAKES as bad:
        raise StudioError(f"{bad}; {_kept(chosen, numbers)}") from bad


def _kept(chosen: argparse.Namespace, numbers: Sequence[str]) -> str:
    """Numbers that were given and are on no paper can be printed from their list."""
    path: Path = chosen.numbers_out or chosen.data / f"cards-{numbers[0]}.csv"
    if chosen.numbers_out is None:
        write_numbers(path, numbers)
    return f"these numbers are given and stand in {path}: print them with --csv {path}"


def _made_cards(chosen: argparse.Namespace, cards: Sequence[Card]) -> None:
    made, printer = _drawn(chosen, cards), _printer_of(chosen)
    _put(chosen, made)
    _listed(chosen, [card.number for card in cards])
    _printed(printer, lambda job_id: _one_job(map(_card_job, cards), job_id))


def _listed(chosen: argparse.Namespace, numbers: Sequence[str]) -> None:
    if chosen.numbers_out is not None:
        write_numbers(chosen.numbers_out, numbers)
        _say(f"{chosen.numbers_out}: {len(numbers)} numbers")


def _labels(chosen: argparse.Namespace) -> None:
    found = read_labels(chosen.csv)
    for said in found.wrong[:WRONG_SAID]:
        _say(said)
    if found.wrong and not chosen.skip_wrong:
        raise StudioError(
            f"nothing was printed: {len(found.wrong)} of"
            f" {len(found.wrong) + len(found.labels)} lines are wrong;"
            " mend them, or print the others with --skip-wrong"
        )
    made, printer = _drawn(chosen, found.labels), _printer_of(chosen)
    paper = LabelPaper(height_mm=chosen.height, gap_mm=chosen.gap)
    _put(chosen, made)
    jobs = (_label_job(label, paper) for label in found.labels)
    _printed(printer, lambda job_id: _one_job((*jobs, _CUT), job_id))


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


def _drawn(
    chosen: argparse.Namespace, made: Sequence[Card | PriceLabel]
) -> list[tuple[Path, bytes, str]]:
    """File, bytes and what to say of it: drawn before anything is written or given out."""
    if not made:
        raise StudioError("there is nothing to print")
    sheet, drawn = SHEETS[chosen.sheet], list[tuple[Path, bytes, str]]()
    if chosen.pdf is not None:
        said = f"{len(made)} on {sheet.name}"
        drawn.append((chosen.pdf, pdf_of(made, sheet, getattr(chosen, "title", "")), said))
    if chosen.png is not None:
        drawn.append((chosen.png, png_of(made, sheet), "the first page"))
    for code, module in narrow_bars(made, sheet)[:WRONG_SAID] if drawn else ():
        _say(
            f"{code}: its bars are {module:.2f} mm wide on {sheet.name}, and a till wants 0.264:"
            " a scanner may not read it; choose a wider --sheet or a shorter code"
        )
    return drawn


def _put(chosen: argparse.Namespace, drawn: Sequence[tuple[Path, bytes, str]]) -> None:
    for path, data, said in drawn:
        _free(chosen, path)
        path.write_bytes(data)
        _say(f"{path}: {said}")


def _free(chosen: argparse.Namespace, path: Path) -> None:
    if path.exists() and not chosen.replace:
        raise StudioError(f"{path} exists: --replace overwrites it")
    if not path.parent.is_dir():
        raise StudioError(f"{path.parent}: there is no such folder")


def _printer_of(chosen: argparse.Namespace) -> StudioPrinter | None:
    if chosen.devices is None:
        return None
    return studio_printer(Path(chosen.devices or chosen.data / DEVICES_FILE), _say)


def _printed(printer: StudioPrinter | None, job_of: Callable[[str], PrintJob]) -> None:
    if printer is not None:
        printer.print(job_of(Uuid7Source().new_id()))
        _say(f"{printer.name}: printed")
