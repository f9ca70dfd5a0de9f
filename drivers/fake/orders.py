"""The orders of a simulated counter as a person types them: `unplug scanner`, `put 1250`.

Never carries one out: each becomes the object that the control line takes, {"do": ...}.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

Order = dict[str, Any]

HELP = {
    "help": "this list",
    "scan TEXT": "the scanner reads a label",
    "unplug DEVICE": "pulls its cable: scanner, printer, display, scale, fiscal, card, sbp",
    "plug DEVICE": "puts it back",
    "put GRAMS": "lays that on the scale (0 takes it off)",
    "pan KEY=VALUE ...": "the scale: load_g, moving, settle_after, "
    "fault=silent|garbage|torn|flipped|broken|none (ends it)",
    "paper ok|near_end|end": "the printer's roll",
    "cover open|closed": "the printer's cover",
    "fault KEY=VALUE ...": "the printer: paper, cover_open, cutter_jammed, silent, mute_barrier, "
    "hang_up_after_bytes, paper_ends_after_lines; =false, =null or `paper ok` end one",
    "papers": "what was printed and cut",
    "tear_off": "what is printed and not cut yet",
    "drawer [close|MS]": "whether it is open; pushes it shut, now or so long after each opening "
    "(0: never)",
    "display": "the customer's two lines",
    "card yes|no": "the customer holds a card to the terminal (--with card), or turns away",
    "extra fiscal|card|sbp KEY=VALUE ...": "faults of an extra, and what it holds: card and sbp "
    "customer=pays|waits|..., card busy, mute, cut_before; sbp lose, status; fiscal delay_ms, hold",
    "replay CHUNKS": 'bytes of a scanner with their pauses: [[0, "3436"], [5, "300d"]]',
    "config": "the devices' configuration",
    "quit": "ends it all, as the end of the input does",
}
"""Usage -> what it does. The control line takes the same as JSON objects."""


def order_of(line: str) -> Order:
    """The order on a line, JSON or words. Raises ValueError with a sentence."""
    text = line.strip()
    if text.startswith(("{", "[", '"')):
        order = json.loads(text)
        if not isinstance(order, dict):
            raise ValueError("an order is an object")
        return order
    verb, _, rest = text.partition(" ")
    make = _WORDS.get(verb)
    if make is None:
        raise ValueError(f"unknown order {verb!r}: try help")
    try:
        return make(verb, rest.strip())
    except (IndexError, KeyError, ValueError) as bad:
        usage = next(one for one in HELP if one.split()[0] == verb)
        raise ValueError(f"it is said like this: {usage}") from bad


def help_lines() -> list[str]:
    """The list for a person."""
    return [f"{usage:36} {says}" for usage, says in HELP.items()]


def _bare(verb: str, rest: str) -> Order:
    return {"do": verb}


def _scan(verb: str, rest: str) -> Order:
    if not rest:
        raise ValueError(verb)
    return {"do": verb, "text": rest}


def _cable(verb: str, rest: str) -> Order:
    (device,) = rest.split()
    return {"do": "replug" if verb == "plug" else verb, "device": device}


def _put(verb: str, rest: str) -> Order:
    return {"do": "pan", "load_g": int(rest)}


def _pairs(verb: str, rest: str) -> Order:
    return {"do": verb, **_values(rest.split())}


def _paper(verb: str, rest: str) -> Order:
    if rest not in ("ok", "near_end", "end"):
        raise ValueError(rest)
    return {"do": "fault", "paper": rest}


def _cover(verb: str, rest: str) -> Order:
    return {"do": "fault", "cover_open": {"open": True, "closed": False}[rest]}


def _drawer(verb: str, rest: str) -> Order:
    if rest.isdecimal():
        return {"do": verb, "shuts_ms": int(rest)}
    return {"do": verb, "close": {"": False, "close": True}[rest]}


def _card(verb: str, rest: str) -> Order:
    return {"do": "extra", "device": "card", "present": {"yes": True, "no": False}[rest]}


def _extra(verb: str, rest: str) -> Order:
    device, *pairs = rest.split()
    return {"do": verb, "device": device, **_values(pairs)}


def _replay(verb: str, rest: str) -> Order:
    return {"do": verb, "chunks": json.loads(rest)}


def _values(pairs: Sequence[str]) -> Order:
    """`key=value`: numbers and true or false are what they look like, all else is text."""
    found: Order = {}
    for pair in pairs:
        key, mark, value = pair.partition("=")
        if not mark:
            raise ValueError(pair)
        plain = value.lstrip("-").isdecimal() or value in ("true", "false", "null")
        found[key] = json.loads(value) if plain else value
    return found


_WORDS: dict[str, Callable[[str, str], Order]] = {
    **dict.fromkeys(("help", "papers", "tear_off", "display", "config", "quit"), _bare),
    "scan": _scan,
    **dict.fromkeys(("plug", "unplug", "replug"), _cable),
    "put": _put,
    **dict.fromkeys(("pan", "fault"), _pairs),
    "paper": _paper,
    "cover": _cover,
    "drawer": _drawer,
    "card": _card,
    "extra": _extra,
    "replay": _replay,
}
