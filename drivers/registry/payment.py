"""Builds a payment terminal. Never opens it.

Keys: driver = "zvt" (host, port; or serial = true with port, baud; password, currency, ack_ms,
busy_ms), "sbp" (url, token_file, fields, statuses, poll_ms, answer_ms), "program" (program, folder,
shape = sber | inpas, arguments, result_file, slip_file, encoding, exit_codes, places, code_place,
result_kind, approved, cancelled, unknown), "manual"; tender = "card" | "qr"; journal = a file that
survives the process (else one beside the configuration); pay_s: how long a customer has.
"""

import re
import time
from pathlib import Path
from typing import Any

from drivers.contract import Device
from drivers.contract.payment import PaymentDo
from drivers.payment_terminal import (
    INPAS,
    SBER,
    ZVT_PORT,
    Adapter,
    ManualAdapter,
    PaymentJournal,
    ProgramAdapter,
    ProgramSettings,
    QueuedTerminal,
    ResultShape,
    SbpAdapter,
    SbpSettings,
    SerialFraming,
    SocketFraming,
    Timings,
    ZvtAdapter,
    ZvtSettings,
)
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop, serial_port
from drivers.transport import SerialLink, SerialSettings, TcpLink

_PASSWORD_DIGITS = 6
_FILE_NAME = re.compile(r"[^0-9A-Za-z_-]")
_SBER_ARGUMENTS = {
    "purchase": ["1", "{amount}"],
    "refund": ["3", "{amount}", "", "", "{reference}"],
    "reversal": ["8", "{amount}", "", "", "{reference}"],
    "settle": ["7"],
}


def build_payment(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A payment terminal of one of the four drivers."""
    makers = {"zvt": _zvt, "sbp": _sbp, "program": _program, "manual": _manual}
    make = keys.one_of("driver", makers, "?")
    keys.take("tender", str, "qr" if make is _sbp else "card")
    path = keys.take("journal", str, "")
    folder = workshop.devices.folder
    beside = folder / f"payment-{_FILE_NAME.sub('_', name)}.jsonl" if folder else None
    journal = PaymentJournal(Path(path) if path else beside, time.time_ns() // 1_000_000)
    return QueuedTerminal(name, make(keys, name, workshop), workshop.listener, journal)


def _zvt(keys: Keys, name: str, workshop: Workshop) -> Adapter:
    password = keys.take("password", str, "0" * _PASSWORD_DIGITS)
    if len(password) != _PASSWORD_DIGITS or not (password.isascii() and password.isdigit()):
        raise keys.wrong("password is not six digits", "terminal_password")
    usual = Timings()
    silence_ms = keys.take("pay_s", int, 180) * 1000
    timings = Timings(keys.take("ack_ms", int, usual.ack_ms), silence_ms,
                      keys.take("busy_ms", int, usual.busy_ms))  # fmt: skip
    settings = ZvtSettings(password, _currency(keys), timings=timings)
    note, link = workshop.trace(name).add, _zvt_link(keys)
    framing = SerialFraming() if isinstance(link, SerialLink) else SocketFraming()
    return ZvtAdapter(workshop.traced(name, link, hidden=True), framing, settings, note)


def _zvt_link(keys: Keys) -> TcpLink | SerialLink:
    if keys.take("serial", bool, default=False):
        return SerialLink(SerialSettings(serial_port(keys), keys.take("baud", int, 115_200)))
    return TcpLink(keys.take("host", str), keys.take("port", int, ZVT_PORT))


def _currency(keys: Keys) -> str:
    number = keys.take("currency", str, "643")
    if len(number) != 3 or not (number.isascii() and number.isdigit()):
        raise keys.wrong("currency is not an ISO 4217 number", "no_currency")
    return number


def _sbp(keys: Keys, name: str, workshop: Workshop) -> Adapter:
    url = keys.take("url", str)
    if not url.startswith(("https://", "http://")):
        raise keys.wrong("url is not http or https", "no_url")
    usual = SbpSettings(url)
    settings = SbpSettings(
        url,
        _token(keys),
        _words(keys, "fields", {}),
        _words(keys, "statuses", dict(usual.statuses)),
        keys.take("pay_s", int, 180) * 1000,
        keys.take("poll_ms", int, usual.poll_ms),
        keys.take("answer_ms", int, usual.answer_ms),
    )
    note, tape = workshop.trace(name).add, workshop.recorded(settings.answer_ms)
    return SbpAdapter(settings, note, tape)


def _token(keys: Keys) -> str:
    """From a file of its own: the configuration is shown on screens and kept beside the data."""
    path = keys.take("token_file", str, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else ""
    except OSError as bad:
        raise keys.wrong(f"token_file cannot be read: {bad}", "no_token_file", value=path) from bad


def _program(keys: Keys, name: str, workshop: Workshop) -> Adapter:
    shape = keys.one_of("shape", {"sber": SBER, "inpas": INPAS}, "sber")
    program = Path(keys.take("program", str))
    folder = Path(keys.take("folder", str, str(program.parent)))
    arguments = keys.take("arguments", dict, _SBER_ARGUMENTS if shape is SBER else None)
    codes = _words(keys, "exit_codes", {})
    usual = "e" if shape is SBER else "result.txt", "p" if shape is SBER else "slip.txt"
    return ProgramAdapter(
        ProgramSettings(
            program,
            folder,
            _arguments(keys, arguments),
            keys.take("result_file", str, usual[0]),
            keys.take("slip_file", str, usual[1]),
            _shape(keys, shape),
            {_number(keys, "exit_codes", code): word for code, word in codes.items()},
            keys.take("pay_s", int, 180) * 1000,
        )
    )


def _arguments(keys: Keys, table: dict[str, Any]) -> dict[PaymentDo, tuple[str, ...]]:
    """{"purchase": ["1", "{amount}"], ...}."""
    found = {}
    for word, templates in table.items():
        known = {one.value: one for one in PaymentDo}
        if word not in known or not isinstance(templates, list):
            raise keys.wrong(f"arguments: {word!r}")
        found[known[word]] = tuple(str(one) for one in templates)
    return found


def _shape(keys: Keys, shape: ResultShape) -> ResultShape:
    """The preset with what the configuration says instead."""
    places = {**shape.places, **_words(keys, "places", {})}
    encoding = keys.take("encoding", str, shape.encoding)
    try:
        "".encode(encoding)
    except LookupError as bad:
        raise keys.wrong(
            f"encoding {encoding!r} is not known", "no_encoding", value=encoding
        ) from bad
    return ResultShape(
        keys.one_of("result_kind", {"lines": "lines", "fields": "fields"}, shape.kind),
        keys.take("code_place", str, shape.code),
        places,
        _codes(keys, "approved", shape.approved),
        _codes(keys, "cancelled", shape.cancelled),
        _codes(keys, "unknown", shape.unknown),
        encoding,
    )


def _codes(keys: Keys, name: str, usual: frozenset[int]) -> frozenset[int]:
    return frozenset(_number(keys, name, one) for one in keys.take(name, list, sorted(usual)))


def _words(keys: Keys, name: str, default: dict[str, str]) -> dict[str, str]:
    table = keys.take(name, dict, default)
    return {str(key): str(value) for key, value in table.items()}


def _number(keys: Keys, name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError as bad:
        raise keys.wrong(
            f"{name}: {value!r} is no number", "no_number", key=name, value=str(value)
        ) from bad


def _manual(keys: Keys, name: str, workshop: Workshop) -> Adapter:
    return ManualAdapter()
