"""`kopilka program check | explain | replay | sheet | schema`: try a programme before publishing.

Everything here only reads; nothing reaches a till or a server.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

from pos_app.domain.basket_document import Basket, read_basket
from pos_app.domain.basket_standing import counters_after, early_lines, in_program, judge_classes
from pos_app.domain.errors import Fault, ProgramRefused
from pos_app.domain.item import Item
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.read_regulation import load_regulation
from pos_app.domain.reading import Reader
from pos_app.domain.schema import program_schema_text
from pos_app.domain.sheet.rule_sheet import rule_sheet
from pos_app.domain.what_if import Trial
from pos_app.gear.clock import SystemClock
from pos_app.wiring.past_receipts import Past, receipts_of_csv, receipts_of_till
from pos_app.wiring.program_pages import ExplainPage, ReplayPage, name_of, sheet_page
from pos_app.workstation.ports import StorageBroken
from resources import names, read_text
from resources.words import LANGUAGES, Words
from sync.server.engine.sheets import BadRow
from sync.server.settings.catalog import read_catalog

GOOD, FAULTY, NO_FILE = 0, 1, 2
FAULTS_SHOWN = 50
ELEMENT = re.compile(r"\[\d+\]")
EVER = date(2000, 1, 1)


class NotGood(Exception):
    """A file with faults; they are the lines to print."""

    def __init__(self, faults: Iterable[object]) -> None:
        super().__init__()
        self.lines = [str(fault) for fault in faults]


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 good, 1 faults in a file, 2 a file that cannot be read."""
    parsed = parser().parse_args(arguments)
    try:
        status = _answered(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return GOOD
    except (OSError, StorageBroken) as error:
        sys.stderr.write(f"kopilka: {error}\n")
        return NO_FILE
    return status


def _answered(parsed: argparse.Namespace) -> int:
    try:
        status: int = parsed.run(parsed)
    except NotGood as found:
        for line in found.lines:
            _say(line)
        return FAULTY
    return status


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(prog="kopilka program", description=__doc__.split("\n")[0])
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="every fault with its path and reason, or a summary")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    explain = commands.add_parser("explain", help="price a basket, and say why")
    _add_file(explain)
    explain.add_argument("--basket", type=Path)
    explain.add_argument("--catalogue", type=Path)
    explain.set_defaults(run=_explain)
    replay = commands.add_parser("replay", help="price past receipts again under this programme")
    _add_file(replay)
    replay.add_argument("--since", type=date.fromisoformat, default=EVER, metavar="DATE")
    source = replay.add_mutually_exclusive_group(required=True)
    source.add_argument("--till-file", type=Path, help="a till's till.db")
    source.add_argument("--receipts", type=Path, help="receipts of another till, as CSV")
    replay.add_argument("--shift-days", type=int, default=0, help="as if so many days later")
    replay.add_argument("--catalogue", type=Path, help="flags of the items, as CSV")
    replay.set_defaults(run=_replay)
    sheet = commands.add_parser("sheet", help="one page for members")
    _add_file(sheet)
    sheet.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="leave out what ended")
    sheet.add_argument("--catalogue", type=Path, help="names of the items, as CSV")
    sheet.set_defaults(run=_sheet)
    schema = commands.add_parser("schema", help="the JSON Schema of the document")
    schema.set_defaults(run=_schema)
    return root


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("--language", choices=tuple(LANGUAGES), default="ru")


def _check(parsed: argparse.Namespace) -> int:
    for line in summary(_program(parsed.file)):
        _say(line)
    return GOOD


def summary(program: Program) -> Iterable[str]:
    """What a good document is, and how much of everything it has."""
    yield f"program {program.ref.program_id}"
    yield f"version {program.ref.version}"
    yield f"content {program.ref.content_hash}"
    yield f"name {name_of(program, 'en')}"
    yield f"valid from {program.valid_from.isoformat()}"
    yield f"currency {program.currency.code}"
    parts = {one.name: getattr(program, one.name) for one in fields(program)}
    parts |= {"tiers": program.tiers.tiers, "earn": program.earn.rules}
    for name, value in parts.items():
        if isinstance(value, tuple) and value:
            yield f"{name} {len(value)}"


def _explain(parsed: argparse.Namespace) -> int:
    program, words = _program(parsed.file), Words(parsed.language)
    if parsed.basket is None:
        _say(words.text("program.no_basket"))
        _say("")
        return _sheet(argparse.Namespace(**{**vars(parsed), "on": None}))
    basket = _basket(parsed.basket, program, _catalogue(parsed.catalogue), parsed.language)
    priced = Engine(program).price(basket.lines, basket.context)
    after = counters_after(program, basket, priced)
    page = ExplainPage(program, words, early_lines(program, basket), after)
    for line in page.lines(basket.lines, priced):
        _say(line)
    return GOOD


def _replay(parsed: argparse.Namespace) -> int:
    program, words = _program(parsed.file), Words(parsed.language)
    past = _past(parsed, program)
    trial = Trial(program, parsed.language)
    shift = timedelta(days=parsed.shift_days)
    for receipt in past.receipts:
        counted = receipt.local.date() >= parsed.since
        trial.play(replace(receipt, local=receipt.local + shift), counted)
    for line in ReplayPage(trial, words).lines():
        _say(line)
    if past.returns:
        _say(words.text("program.replay.returns", n=past.returns))
    if past.faults:
        _say(words.text("program.replay.faults", n=len(past.faults)))
        for fault in past.faults[:FAULTS_SHOWN]:
            _say(str(fault))
        return FAULTY
    return GOOD


def _sheet(parsed: argparse.Namespace) -> int:
    program, words = _program(parsed.file), Words(parsed.language)
    items = {code: item.name for code, item in _catalogue(parsed.catalogue).items()}
    for line in sheet_page(rule_sheet(program, parsed.language, parsed.on, items), words):
        _say(line)
    return GOOD


def _schema(parsed: argparse.Namespace) -> int:
    sys.stdout.write(program_schema_text())
    return GOOD


def _program(path: Path) -> Program:
    try:
        return load(path.read_bytes())
    except ProgramRefused as refused:
        raise NotGood(with_ids(path.read_bytes(), refused.faults)) from refused


def with_ids(data: bytes, faults: Iterable[Fault]) -> Iterator[str]:
    """Faults whose path counts in lists, with the id that stands there: `promotions[10] (tea)`."""
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    for fault in faults:
        path = ELEMENT.sub(lambda found: found[0] + _id_at(document, found), fault.path)
        yield f"{path}: {fault.reason}"


def _id_at(document: object, found: re.Match[str]) -> str:
    """Nothing where the list, the element or its id is missing."""
    value = document
    for step in re.findall(r"[^.\[\]]+", found.string[: found.end()]):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ""
    name = value.get("id") if isinstance(value, dict) else None
    return f" ({name})" if isinstance(name, str) and name else ""


def _basket(path: Path, program: Program, catalogue: Mapping[str, Item], language: str) -> Basket:
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise NotGood([Fault("document", f"is not JSON: {error}")]) from error
    faults: list[Fault] = []
    now = SystemClock().now_utc().astimezone()
    reader = Reader(document, "", faults)
    basket = read_basket(reader, program.currency.minor_digits, catalogue, now)
    judge_classes(reader, regulated_classes())
    basket = in_program(reader, basket, program)
    if faults:
        raise NotGood(dict.fromkeys(faults))
    return Basket(basket.lines, basket.context_in(language))


def regulated_classes() -> frozenset[str]:
    """The classes of every packaged regulation."""
    documents = (read_text("regulations", f"{name}.json") for name in names("regulations", ".json"))
    return frozenset(one for text in documents for one in load_regulation(text).classes)


def _catalogue(path: Path | None) -> Mapping[str, Item]:
    if path is None:
        return {}
    items, faults = read_catalog(path.read_bytes())
    if faults:
        raise NotGood(BadRow(one.line, f"{path.name}: {one.reason}") for one in faults)
    return {item.item_id: item for item in items}


def _past(parsed: argparse.Namespace, program: Program) -> Past:
    items = _catalogue(parsed.catalogue).get
    if parsed.till_file is not None:
        return receipts_of_till(parsed.till_file, items)
    tiers = [tier.tier_id for tier in program.tiers.tiers]
    return receipts_of_csv(parsed.receipts.read_bytes(), program.currency, items, tiers)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
