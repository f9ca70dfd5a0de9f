"""The command line: `kopilka till | courier | devices-host | server | enrol | demo | ...`.

Every command imports only what it needs: a till that opens must not pay for the server.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pos_app.wiring.quick_start import loaded

if TYPE_CHECKING:
    from pos_app.wiring.place import Place

DEFAULT_SERVER = "http://127.0.0.1:8765"
DEFAULT_DATA = Path.home() / ".local" / "share" / "kopilka"
LISTEN_HELP = "where this till answers the other tills of its store"
PEER_HELP = "where another till of the store answers; may be given several times"
DEVICES_HELP = "TOML: devices and `lan` of this till; devices.toml beside its data without this"
SERVER_HELP = f"its address; without it the one of the first start, else {DEFAULT_SERVER}"
TRACE_HELP = "note the bytes of each device here, masked"
TILL_CARE = ("doctor", "encrypt", "decrypt", "unlock")
TILL_LIFE = ("take-over", "salvage")
"""`kopilka till WORD`: what is done to a till that is closed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Errors of the environment are one sentence."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    own: Mapping[str, Callable[[Sequence[str]], int]] = {
        "server": _server,
        "program": _program,
        "devices": _device_care,
        "devices-host": _devices_host,
        "virtual-counter": _counter,
        "first-run": _first_run,
        "cards": partial(_studio, "cards"),
        "labels": partial(_studio, "labels"),
        "controls": _controls,
    }
    if arguments and arguments[0] in own:
        return own[arguments[0]](arguments[1:])
    if arguments[:1] == ["till"] and arguments[1:2] and arguments[1] in TILL_CARE:
        return _care(arguments[1:])
    if arguments[:1] == ["till"] and arguments[1:2] and arguments[1] in TILL_LIFE:
        return _life(arguments[1:])
    parsed = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    return run(parsed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka", description="A till that keeps its promises.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    till = commands.add_parser(
        "till",
        help="the till: a window, or JSON lines with --console; till doctor | encrypt |"
        " decrypt | unlock look after its files, till take-over | salvage after its life",
    )
    _add_place(till)
    till.add_argument("--console", action="store_true")
    till.add_argument("--theme", choices=("light", "dark", "contrast"))
    till.add_argument("--scale", type=float)
    till.add_argument("--fullscreen", action="store_true")
    till.set_defaults(run=_till)
    _add_courier(commands.add_parser("courier", help="the sync process of a till"))
    enrol = commands.add_parser("enrol", help="make this machine a terminal")
    _add_place(enrol)
    enrol.add_argument("--code", required=True)
    enrol.add_argument("--name", default="")
    enrol.set_defaults(run=_enrol)
    demo = commands.add_parser("demo", help="the demo shop, everything simulated")
    demo.add_argument("--out", type=Path, default=Path("build/demo"))
    demo.add_argument("--language", choices=("ru", "en"), default="ru")
    demo.add_argument("--scripted", action="store_true", help="play a customer even with a display")
    demo.set_defaults(run=_demo)
    _add_tools(commands)
    commands.add_parser("program", help="try a programme (kopilka program --help)")
    commands.add_parser("server", help="the central server (kopilka server --help)")
    commands.add_parser("devices", help="list, test, trace, replay (kopilka devices --help)")
    commands.add_parser("devices-host", help="the device process")
    commands.add_parser("virtual-counter", help="simulated printer, scanner, display, scale")
    commands.add_parser("cards", help="member cards as PDF or on paper (kopilka cards --help)")
    commands.add_parser("labels", help="price labels as PDF or on paper (kopilka labels --help)")
    commands.add_parser("controls", help="keys of a till as bars (kopilka controls --help)")
    return parser


def _add_support(commands: Any) -> None:
    bundle = commands.add_parser("support-bundle", help="a zip for support, no personal data")
    bundle.add_argument("file", type=Path)
    bundle.add_argument("--data", type=Path, default=DEFAULT_DATA)
    bundle.set_defaults(run=_support)


def _add_tools(commands: Any) -> None:
    paper = commands.add_parser("paper", help="the papers of a virtual counter")
    paper.add_argument("--port", type=int, required=True)
    paper.add_argument("--language", choices=("ru", "en"), default="ru")
    paper.add_argument("--demo", action="store_true", help="also the demo's codes to try")
    paper.set_defaults(run=_paper)
    replay = commands.add_parser("replay", help="play a stream of receipts through real tills")
    replay.add_argument("receipts", type=Path)
    replay.add_argument("--catalogue", type=Path)
    replay.add_argument("--members", type=Path)
    replay.add_argument("--work", type=Path)
    replay.set_defaults(run=_replay)
    _add_support(commands)


def _add_courier(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--server", default=DEFAULT_SERVER)
    parser.add_argument("--lan-listen", default="", metavar="HOST:PORT", help=LISTEN_HELP)
    parser.add_argument("--lan-peer", action="append", default=[], metavar="URL", help=PEER_HELP)
    parser.set_defaults(run=_courier)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--server", help=SERVER_HELP)
    parser.add_argument("--devices", type=Path, help=DEVICES_HELP)
    parser.add_argument("--trace", type=Path, metavar="FOLDER", help=TRACE_HELP)
    parser.add_argument("--language", choices=("ru", "en"), default="ru")
    parser.add_argument("--training", action="store_true")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _till(parsed: argparse.Namespace) -> int:
    """The window paints before it looks at anything; see `opening`."""
    from drivers.config_file import ConfigError, read_config
    from pos_app.wiring.first_place import first_place
    from pos_app.wiring.lan_place import lan_arguments
    from pos_app.wiring.place import Place

    place = Place(
        parsed.data,
        parsed.server or first_place(parsed.data).server or DEFAULT_SERVER,
        language=parsed.language,
        training=parsed.training,
        devices_file=parsed.devices,
        trace=parsed.trace,
    )
    try:
        config = read_config(place.device_path())
    except ConfigError as error:  # the devices' fault alone: the till sells, and says so
        _say(f"kopilka: {error}")
        config = {}
    try:
        place = replace(place, lan=tuple(lan_arguments(config.get("lan", {}))))
    except ValueError as error:
        _say(f"kopilka: {error}")
        return 2
    return _front_end(parsed, place)


def _front_end(parsed: argparse.Namespace, place: "Place") -> int:
    if parsed.console:
        from pos_app.wiring.console_till import run_console

        loaded()
        _say_protection(place.data)
        return _said_if_not(lambda: run_console(place))
    from pos_app.wiring.appearance import Appearance
    from pos_app.wiring.opening import run

    look = Appearance(parsed.theme, parsed.scale, parsed.fullscreen)

    painted = partial(_say_protection, place.data)
    return _said_if_not(lambda: run(place, look, on_painted=painted))


def _say_protection(data: Path) -> None:
    from pos_app.wiring.protection import OWN_FILE, where
    from pos_app.wiring.till_care import WORDS

    if where(data) == OWN_FILE:
        _say(f"kopilka: {WORDS[OWN_FILE]}")


def _said_if_not(run: Callable[[], int]) -> int:
    """What stands in the way of opening is one sentence."""
    try:
        return run()
    except _obstacles() as error:
        _say(f"kopilka: {error}")
        return 2


def _obstacles() -> tuple[type[Exception], ...]:
    """Asked only when something went wrong: the first frame does not pay for their imports."""
    from pos_app.wiring.instance import AlreadyRunning
    from pos_app.wiring.place import NotEnrolled
    from pos_app.workstation.ports import StorageBroken, StorageFull

    return NotEnrolled, AlreadyRunning, StorageBroken, StorageFull, OSError


def _care(arguments: Sequence[str]) -> int:
    from pos_app.wiring.till_care import main as care_main

    return care_main(arguments)


def _life(arguments: Sequence[str]) -> int:
    from pos_app.wiring.till_life import main as life_main

    return life_main(arguments)


def _courier(parsed: argparse.Namespace) -> int:
    from pos_app.wiring.courier import run_courier
    from pos_app.wiring.lan_place import lan_of

    try:
        place = lan_of(parsed.lan_listen, parsed.lan_peer)
    except ValueError as error:
        _say(f"kopilka: {error}")
        return 2
    loaded()
    return run_courier(parsed.data, parsed.server, place)


def _enrol(parsed: argparse.Namespace) -> int:
    from pos_app.wiring.courier import enrol_till
    from pos_app.wiring.first_place import FirstPlace, keep
    from sync.client.errors import Trouble

    server = parsed.server or DEFAULT_SERVER
    try:
        reply = enrol_till(parsed.data, server, parsed.code, parsed.name)
    except Trouble as trouble:
        _say(f"kopilka: not enrolled: {trouble}")
        return 2
    keep(parsed.data, FirstPlace(server))
    _say(f"enrolled as {reply.terminal_name} of {reply.store_name}")
    return 0


def _demo(parsed: argparse.Namespace) -> int:
    from pos_app.wiring.demo import run_demo

    loaded()
    return run_demo(parsed.out, parsed.language, parsed.scripted)


def _support(parsed: argparse.Namespace) -> int:
    from pos_app.wiring.support import write_bundle

    _say(f"{parsed.file}: {', '.join(write_bundle(parsed.data, parsed.file))}")
    return 0


def _paper(parsed: argparse.Namespace) -> int:
    from pos_app.ui.paper_window import run_paper
    from resources.words import Words

    title = Words(parsed.language).text("ui.paper_title")
    return run_paper(parsed.port, title, parsed.language if parsed.demo else "")


def _replay(parsed: argparse.Namespace) -> int:
    from pos_app.wiring.replay import run_replay

    loaded()
    return run_replay(parsed.receipts, parsed.catalogue, parsed.members, parsed.work)


def _server(arguments: Sequence[str]) -> int:
    from sync.server.command_line.cli import main as server_main

    loaded()
    return server_main(list(arguments))


def _program(arguments: Sequence[str]) -> int:
    from pos_app.wiring.program_cli import main as program_main

    return program_main(arguments)


def _device_care(arguments: Sequence[str]) -> int:
    from pos_app.wiring.devices_cli import main as devices_main

    return devices_main(arguments, DEFAULT_DATA)


def _devices_host(arguments: Sequence[str]) -> int:
    from drivers.host import main as host_main

    loaded()
    return host_main(list(arguments))


def _first_run(arguments: Sequence[str]) -> int:
    from pos_app.wiring.first_run import main as first_main

    loaded()
    parser = argparse.ArgumentParser(prog="kopilka first-run", description="Started by the till.")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    return first_main(parser.parse_args(arguments).data)


def _controls(arguments: Sequence[str]) -> int:
    from pos_app.wiring.control_cli import main as controls_main

    return controls_main(arguments, DEFAULT_DATA)


def _studio(word: str, arguments: Sequence[str]) -> int:
    from pos_app.wiring.studio_cli import main as studio_main

    return studio_main(word, arguments, DEFAULT_DATA)


def _counter(arguments: Sequence[str]) -> int:
    from drivers.fake.command import main as rig_main

    loaded()
    return rig_main(list(arguments))
