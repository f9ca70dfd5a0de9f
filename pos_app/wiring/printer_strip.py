"""`kopilka devices strip NAME`: the lines of a test strip that can be read are the code pages.

Never guesses: with no answer nothing is stored.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from drivers.config_file import ConfigError, device_tables, write_config
from drivers.contract import ErrorEvent, ResultEvent
from drivers.host.service import Service

STRIP_S = 60.0
QUESTION = "which lines can be read, best first, with commas (or `none`)? "


def run_strip(
    service: Service,
    name: str,
    given: Sequence[str],
    say: Callable[[str], None],
    ask: Callable[[str], str] = input,
) -> list[str] | None:
    """The answers: those `given`, else after the strip was printed what a person types; None when
    the printer did not take it or nobody answered. Raises ConfigError for no line of the strip."""
    choices = _choices(service, name)
    if given:
        return _understood(",".join(given).split(","), choices)
    printed = service.ask("code_page_strip", STRIP_S, device=name, job_id=str(uuid4()))
    if printed is None or isinstance(printed, ErrorEvent):
        say(f"{name}: {printed.message if printed else 'no answer'}")
        return None
    for choice in choices:
        say(f"  {choice}")
    try:
        said = ask(QUESTION)
    except EOFError:
        return None
    return _understood(said.split(","), choices) if said.strip() else None


def store_readable(path: Path, config: dict[str, Any], name: str, readable: list[str]) -> None:
    """The answer into the printer's table of the device file."""
    tables = device_tables(config)
    for table in tables:
        if (table.get("name") or table.get("kind")) == name:
            table["code_pages"] = readable
    write_config(path, {**config, "device": tables})


def _choices(service: Service, name: str) -> list[str]:
    told = service.ask("strip_choices", STRIP_S, device=name)
    if not isinstance(told, ResultEvent):
        raise ConfigError(f"device {name!r} prints no strip")
    choices = told.payload.get("choices")
    return [str(one) for one in choices] if isinstance(choices, list) else []


def _understood(said: Sequence[str], choices: Sequence[str]) -> list[str]:
    found = [" ".join(one.split()) for one in said]
    for one in found:
        if one not in choices:
            raise ConfigError(f"{one!r} is no line of the strip: {', '.join(choices)}")
    return found


def strip_command(
    service: Service, path: Path, config: dict[str, Any], name: str, given: Sequence[str]
) -> int:
    """0 when an answer was stored."""

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    readable = run_strip(service, name, given, say)
    if readable is None:
        say(f"{name}: nothing is stored")
        return 1
    store_readable(path, config, name, readable)
    say(f"{name}: code_pages = {', '.join(readable)}")
    return 0
