"""The console till: one JSON command a line, one JSON answer a line. Never Qt, never a rule.

The loop owns the till; lines of standard input, of the courier and of the device host arrive in
one queue, so that everything happens on one thread.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from pos_app.console.commands import BadField, Commands
from pos_app.console.state import Speaker, answer_json
from pos_app.domain.sentence import say
from pos_app.workstation.answer import Answer, Refusal
from pos_app.workstation.till_port import TillPort

WAIT_S = 10
WAIT_MOST_S = 600
WAIT_DIGITS = 6


class Console:
    """One till on two streams."""

    def __init__(self, till: TillPort, speaker: Speaker, out: TextIO) -> None:
        self._till = till
        self._commands = Commands(till)
        self._speaker = speaker
        self._out = out

    def line(self, text: str) -> None:
        """One command: always exactly one answer, whatever the line holds."""
        self.answer(self._run(text))

    def answer(self, answer: Answer) -> None:
        """Write an answer with the state after it; durable before it is written."""
        self.write(answer_json(answer, self._till.view(), self._speaker))

    def write(self, document: dict[str, Any]) -> None:
        """One line of JSON."""
        self._out.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()

    def command(self, text: str) -> tuple[str, dict[str, Any]] | None:
        """The name and fields of a line, or None for something else."""
        try:
            document = json.loads(text)
            # Half of a surrogate pair is valid JSON and no text: nobody could answer it.
            json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return None
        if not isinstance(document, dict) or not isinstance(document.get("command"), str):
            return None
        return document["command"], document

    def _run(self, text: str) -> Answer:
        found = self.command(text)
        if found is None:
            return _wrong("broken_line", "one JSON object with `command` a line")
        try:
            return self._commands.run(*found)
        except BadField as error:
            return _wrong("bad_field", str(error))


def _wrong(code: str, detail: str) -> Answer:
    return Answer(Refusal(code, say("refused.console", detail=detail)))


def run(console: Console, lines: Iterable[str], sync: Callable[[dict[str, Any]], Answer]) -> None:
    """Answer every line until the input ends. `sync` waits for the courier, as console.md asks."""
    for text in lines:
        if not text.strip():
            continue
        found = console.command(text)
        if found is None or found[0] != "sync":
            console.line(text)
            continue
        try:
            console.answer(sync(found[1] | {"wait": seconds(found[1])}))
        except BadField as error:
            console.answer(_wrong("bad_field", str(error)))


def seconds(fields: Mapping[str, Any]) -> int:
    """`wait`: whole seconds, as a number or a decimal string."""
    value = str(fields.get("wait", WAIT_S))
    short = value.isascii() and value.isdigit() and len(value) <= WAIT_DIGITS
    if not short or int(value) > WAIT_MOST_S:
        raise BadField(f"wait: whole seconds up to {WAIT_MOST_S} are wanted")
    return int(value)
