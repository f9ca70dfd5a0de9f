"""The server on the command line: serve, and what head office does. Never a second way to write.

serve --data DIR | --database URL [--host H] [--port P] [--port-file FILE] [--ops H:P] [--log FILE]
store add ID --name NAME          enrolment-code --store ID [--name NAME]
settings set NAME JSON [--store ID]     set-operator ID --name N --role R --pin P
integrator add|remove NAME        partner-report ID --from DATE --until DATE
publish-program FILE              import-catalog FILE [--dry-run]
import-members FILE [--dry-run]   place-allowances --store ID
card-link --member ID             member-pin --member ID --pin P
conflicts [--store ID] [--open] [--sums]
resolve-conflict ID --by NAME --action absorb|collect|note [--reason TEXT]
post-again ID --by NAME
reclaim --terminal ID [--by NAME --reason TEXT]
late-events [--accept TERMINAL --by NAME]   machine-gone --terminal ID [--by NAME]
resolve-event --terminal ID --event ID [--by NAME --reason TEXT]
waiting   protocols
rfm [--on DAY] [--rule RULE] [--value] [--publish]
report --from DATE --until DATE [--store ID]
doctor [--deep] [--repair]        backup DIR | restore DIR | safe-heads | mark-safe FILE
new-epoch                         bundle OUT.zip | openapi
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pos_app.domain.loyalty.rfm import PLAIN, RULES
from sync.server.command_line import (
    allowance_commands,
    commands,
    gift_card_commands,
    life_commands,
    ops_commands,
    personal_commands,
)
from sync.server.engine.durability import NotDurable
from sync.server.engine.migrations import DatabaseFromTheFuture
from sync.server.engine.refusal import Refusal

DATABASE_VARIABLE = "KOPILKA_DATABASE"
PLACELESS = ("openapi",)


class _Commands:
    """Adds commands that all take --data (SQLite and keys) or --database (PostgreSQL)."""

    def __init__(self, root: argparse.ArgumentParser) -> None:
        self._where = argparse.ArgumentParser(add_help=False)
        self._where.add_argument("--data", type=Path, default=None, help="database and keys")
        self._where.add_argument("--database", default=os.environ.get(DATABASE_VARIABLE, ""))
        of_postgresql = self._where.add_argument_group("PostgreSQL")
        allow = "live with a setting that loses sales, e.g. asynchronous=reports"
        of_postgresql.add_argument(
            "--allow", action="append", default=[], metavar="NAME", help=allow
        )
        of_postgresql.add_argument("--standbys", type=int, default=0, help="synchronous, expected")
        of_postgresql.add_argument("--partitions", type=int, default=0, help="when it is made")
        self._sub = root.add_subparsers(dest="command", required=True)

    def __call__(self, name: str, words: str) -> argparse.ArgumentParser:
        return self._sub.add_parser(name, parents=[self._where], help=words)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(prog="kopilka server", description="The central server.")
    command = _Commands(root)
    _running(command)
    _head_office(command)
    _files(command)
    _analyses(command)
    allowance_commands.add_to(command)
    life_commands.add_to(command)
    gift_card_commands.add_to(command)
    ops_commands.add_to(command)
    personal_commands.add_to(command)
    return root


def _running(command: _Commands) -> None:
    serve = command("serve", "answer tills")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8470, help="0 takes a free one")
    serve.add_argument("--port-file", type=Path, default=None, help="written once it listens")
    serve.add_argument("--ops", type=_address, default=None, help="HOST:PORT of /metrics")
    serve.add_argument("--while-input", action="store_true", help="ends when its input does")
    serve.add_argument("--log", type=Path, default=None, help="JSON lines; DIR/server.jsonl")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)


def _head_office(command: _Commands) -> None:
    code = command("enrolment-code", "a one-time code for a new till")
    code.add_argument("--store", required=True)
    code.add_argument("--name", default="")
    store = command("store", "add or rename a store")
    store.add_argument("action", choices=["add"])
    store.add_argument("id")
    store.add_argument("--name", required=True)
    settings = command("settings", "a setting of the chain or of a store")
    settings.add_argument("action", choices=["set"])
    settings.add_argument("name")
    settings.add_argument("value", help="JSON")
    settings.add_argument("--store", default="")
    operator = command("set-operator", "somebody who may sign on")
    operator.add_argument("id")
    operator.add_argument("--name", required=True)
    operator.add_argument("--role", required=True)
    operator.add_argument("--pin", required=True)
    operator.add_argument("--language", default="ru")
    partner = command("partner-report", "what is settled with a partner, by business days")
    partner.add_argument("partner")
    partner.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
    partner.add_argument("--until", type=date.fromisoformat, required=True)
    teller = command("integrator", "who may tell of activities: prints name:secret once")
    teller.add_argument("action", choices=["add", "remove"])
    teller.add_argument("name")
    link = command("card-link", "what a member's phone is shown to get a virtual card")
    link.add_argument("--member", required=True)
    pin = command("member-pin", "a member's PIN for large redemptions; empty takes it away")
    pin.add_argument("--member", required=True)
    pin.add_argument("--pin", required=True)
    place = command("place-allowances", "share points over the tills of a store")
    place.add_argument("--store", required=True)


def _files(command: _Commands) -> None:
    program = command("publish-program", "a new version of the programme")
    program.add_argument("file", type=Path)
    catalog = command("import-catalog", "items from a CSV file, whole or not at all")
    catalog.add_argument("file", type=Path)
    catalog.add_argument("--dry-run", action="store_true")
    members = command("import-members", "members from a CSV file, whole or not at all")
    members.add_argument("file", type=Path)
    members.add_argument("--dry-run", action="store_true")
    members.add_argument("--store", default="", help="their home store")


def _analyses(command: _Commands) -> None:
    period = command("report", "the figures of a period, as JSON")
    period.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
    period.add_argument("--until", type=date.fromisoformat, required=True)
    period.add_argument("--store", default="", help="a store's id; all stores")
    period.add_argument("--language", default="ru", help="of the names of tiers")
    rfm = command("rfm", "RFM scores and segments of the members, as CSV")
    rfm.add_argument("--on", type=date.fromisoformat, default=None, help="a day; today")
    rfm.add_argument("--rule", choices=RULES, default=PLAIN)
    rfm.add_argument("--value", action="store_true", help="and what they are worth (scipy)")
    rfm.add_argument("--publish", action="store_true", help="tell the tills bounds and segments")


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 refused (the reasons are on standard error), 2 wrong usage."""
    options = parser().parse_args(argv)
    if options.data is None and not options.database and options.command not in PLACELESS:
        print("--data DIR or --database URL", file=sys.stderr)  # noqa: T201 - a command speaks
        return 2
    try:
        lines, good = asyncio.run(commands.COMMANDS[options.command](options))
    except (Refusal, DatabaseFromTheFuture, NotDurable) as error:
        said = (
            f"{error.problem.code} {error.problem.detail}" if isinstance(error, Refusal) else error
        )
        lines, good = [str(said)], False
    for line in lines:
        print(line, file=sys.stdout if good else sys.stderr)  # noqa: T201 - a command speaks
    return 0 if good else 1
