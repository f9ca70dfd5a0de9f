"""`kopilka virtual-counter`: a simulated counter in a process of its own.

Never outlives its input unless it is told to stay, and never leaves its ports behind.
"""

import argparse
import json
import os
import signal
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event as Signal
from typing import Any, NoReturn, TextIO

from drivers.config_file import names_and_kinds, to_toml, write_config
from drivers.fake.extras import EXTRAS
from drivers.fake.orders import help_lines
from drivers.fake.rig import VirtualRig
from drivers.fake.scale_dialects import MODELS

ABOUT = """Simulated devices on real ports, for a till started with `--devices FILE`.
Orders are taken from the input, one a line (`help` lists them), and as lines or JSON objects
on the control port it says first."""


def main(argv: list[str] | None = None) -> int:
    """Says where everything is, obeys its input, ends with it (or stays), leaves nothing behind."""
    chosen = _parser().parse_args(argv)
    if why := _in_the_way(chosen):
        _note(why)
        return 2
    former = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with VirtualRig(
            font_path=chosen.font,
            display_model=chosen.display,
            scale_dialect=chosen.scale,
            extras=chosen.extras,
            keep=chosen.keep,
        ) as rig:
            _serve(rig, chosen)
    except KeyboardInterrupt:
        _note("ended")
    except OSError as bad:  # its file, its ports: the system says which
        _note(" ".join(str(bad).split()))
        return 2
    finally:
        signal.signal(signal.SIGTERM, former)
    return 0


def _in_the_way(chosen: argparse.Namespace) -> str:
    """Why the file cannot be written; a shop's own devices are not replaced unasked."""
    path: Path | None = chosen.devices
    if path is None or not path.exists():
        return ""
    if path.is_dir():
        return f"{path} is a folder: name a file"
    return "" if chosen.replace else f"{path} exists: --replace overwrites it"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kopilka virtual-counter",
        description=ABOUT,
        epilog="orders:\n  " + "\n  ".join(help_lines()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--devices", type=Path, metavar="FILE", help="write its devices.toml there")
    parser.add_argument(
        "--replace", action="store_true", help="a FILE that exists is replaced (kept as .before)"
    )
    parser.add_argument("--stay", action="store_true", help="do not end with the input")
    parser.add_argument(
        "--say",
        choices=("json", "toml"),
        help="how it says its configuration: toml on a terminal, one line of JSON to a program",
    )
    parser.add_argument("--font", type=Path, help="fixed-pitch, with Cyrillic: for pictures")
    parser.add_argument("--display", default="epson", help="epson, cd5220, dsp800, aures")
    parser.add_argument("--scale", default="", choices=("", *MODELS), help="also a scale")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="registrar, bank and acquirer remember there"
    )
    parser.add_argument("--with", dest="extras", action="append", default=[], choices=EXTRAS)
    return parser


def _interrupt(_number: int, _frame: object) -> NoReturn:
    """The end that a terminal's Ctrl+C is: everything is put away."""
    raise KeyboardInterrupt


def _serve(rig: VirtualRig, chosen: argparse.Namespace) -> None:
    plain = (chosen.say or ("toml" if sys.stdout.isatty() else "json")) == "json"
    written = _written(rig, chosen.devices) if chosen.devices else ""
    if plain and written:
        _note(written)
    _introduce(rig, chosen.devices, written, plain=plain)
    if _obey(rig, sys.stdin, plain=plain):
        return
    if not chosen.stay:
        if plain and _is_piped(sys.stdin):
            return  # a program that holds our input knows why it let go
        _note("its input ended, and so does it (--stay keeps it until Ctrl+C or SIGTERM)")
        return
    _note("its input ended; it stays until Ctrl+C or SIGTERM")
    while not Signal().wait(1):
        continue


def _written(rig: VirtualRig, path: Path) -> str:
    """Writes the file; says what stands in it and where the former one is."""
    existed = path.exists()
    write_config(path, rig.config())
    names = ", ".join(names_and_kinds(rig.config()))
    former = f"; the former one is {path}.before" if existed else ""
    return f"written to {path}: {names}{former}"


def _is_piped(lines: TextIO) -> bool:
    try:
        kind = os.fstat(lines.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)


def _introduce(rig: VirtualRig, devices: Path | None, written: str, *, plain: bool) -> None:
    if plain:
        _say(json.dumps({"control_port": rig.control_port, "config": rig.config()}))
        return
    if devices is None:
        _say(to_toml(rig.config()))
    else:
        _say(f"# {written}")
        _say(f"# kopilka till --devices {devices}")
    _say(f"# control port {rig.control_port} on 127.0.0.1; orders here or there: help, quit")


def _obey(rig: VirtualRig, lines: TextIO, *, plain: bool) -> bool:
    """Until the lines end; True when they ended with `quit`."""
    for line in lines:
        if not line.strip():
            continue
        answer = rig.obey(line)
        _say(json.dumps(answer) if plain else "\n".join(told(answer)))
        if answer.get("quit"):
            return True
    return False


def told(answer: Mapping[str, Any]) -> list[str]:
    """An answer as lines for a person."""
    said: list[str] = [] if answer["ok"] else [str(answer["error"])]
    for key, value in answer.items():
        if key == "papers":
            said += [line for paper in value for line in (*paper["text"].split("\n"), "-" * 20)]
        elif key in ("lines", "orders"):
            said += [str(one) for one in value]
        elif key == "config":
            said.append(to_toml(value))
        elif key not in ("ok", "error", "quit"):
            said.append(f"{key}: {value}")
    return said or ["ok"]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _note(text: str) -> None:
    sys.stderr.write(f"virtual-counter: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
