"""`kopilka controls`: a sheet of bars that are the keys of one till. Never prints another till's.

The first sheet makes the till's key, `--renew` a new one: what hung there before is paper then.
`--off` forgets it.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from pos_app.domain.identification.control import COMMANDS, DIGITS, KEY_BYTES, code_of
from pos_app.gear.studio import SHEETS, KeyLabel, StudioError, pdf_of, png_of
from pos_app.storage.errors import StorageBusy
from pos_app.wiring.memory import Memory, open_memory
from pos_app.wiring.protection import TILL_FILE
from pos_app.wiring.till_care import told
from pos_app.workstation.control_codes import KEY
from pos_app.workstation.ports import StorageBroken
from resources.words import LANGUAGES, Words

SHEET = "a4-3x11"
REASON = "kopilka controls"


def main(arguments: Sequence[str], data: Path) -> int:
    """Runs the command; a mistake is a sentence and status 2."""
    chosen = _parser(data).parse_args(arguments)
    try:
        _run(chosen)
    except (StudioError, StorageBroken, StorageBusy, OSError) as bad:
        sys.stderr.write(f"kopilka controls: {bad}\n")
        return 2
    return 0


def _parser(data: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kopilka controls", description="The keys of a till as bars, for a scanner alone."
    )
    parser.add_argument("--data", type=Path, default=data, help="the till's folder")
    parser.add_argument("--pdf", type=Path, help="write the sheet")
    parser.add_argument("--png", type=Path, help="write its first page as a picture")
    parser.add_argument("--replace", action="store_true", help="files that exist are replaced")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="ru")
    parser.add_argument("--renew", action="store_true", help="earlier sheets are good no more")
    parser.add_argument("--off", action="store_true", help="no sheet is good any more")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    files = [path for path in (chosen.pdf, chosen.png) if path is not None]
    if not (files or chosen.off):
        raise StudioError("say where the sheet goes: --pdf FILE, --png FILE; or --off")
    for path in files:
        if path.exists() and not chosen.replace:
            raise StudioError(f"{path} exists: --replace overwrites it")
    if not (chosen.data / TILL_FILE).exists():
        raise StudioError(f"{chosen.data} is no till: --data FOLDER names its folder")
    memory = open_memory(chosen.data)
    try:
        if chosen.off:
            _forget(memory)
        else:
            _print(chosen, memory)
    finally:
        memory.close()


def _forget(memory: Memory) -> None:
    memory.journal.remember(KEY, b"")
    told(memory, "control_codes_off", "", REASON)
    sys.stderr.write("control codes are off at this till\n")


def _print(chosen: argparse.Namespace, memory: Memory) -> None:
    identity = memory.journal.identity()
    if identity is None:
        raise StudioError(f"{chosen.data} is not enrolled")
    key = memory.journal.recall(KEY)
    if chosen.renew or not key:
        key = secrets.token_bytes(KEY_BYTES)
        memory.journal.remember(KEY, key)
        told(memory, "control_sheet", "", REASON)
    words = Words(chosen.language)
    labels = labels_of(key, words, f"{identity.store_name} · {identity.terminal_name}")
    sheet = SHEETS[SHEET]
    if chosen.pdf is not None:
        chosen.pdf.write_bytes(pdf_of(labels, sheet, words.text("control.sheet")))
    if chosen.png is not None:
        chosen.png.write_bytes(png_of(labels, sheet))
    sys.stderr.write(f"{len(labels)} keys of {identity.terminal_name}\n")


def labels_of(key: bytes, words: Words, till: str) -> tuple[KeyLabel, ...]:
    """One label a command, in the order of the table."""
    note = words.text("control.note", till=till)
    return tuple(
        KeyLabel(_name(words, letters, command), code_of(key, letters), note)
        for letters, command in COMMANDS.items()
    )


def _name(words: Words, letters: str, command: str) -> str:
    if letters in DIGITS:
        return words.text("control.digit", n=int(letters[1]))
    return words.text(f"control.{command}")
