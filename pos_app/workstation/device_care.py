"""Looking after the devices: how they are, trying one, other settings. Never waits for an answer.

A manager opens the list of devices, sees which one is lost and what to do, tries it with her own
hands, and gives the scanner another port while the next customer is being served.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.contract import DeviceKind
from pos_app.domain.quantity import grams
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    record,
    right_used,
)

TRY_MS = 60_000
CHANGE_MS = 20_000
SEEN = frozenset(
    {DeviceKind.PRINTER, DeviceKind.DRAWER, DeviceKind.DISPLAY}
    | {DeviceKind.FISCAL, DeviceKind.PAYMENT}
)
"""Kinds whose live test does something that words can name."""
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """A row of the health panel. `silent_s`: since the device was heard; None: never.

    `technical` is the host's own English sentence for service, empty when all is well.
    """

    name: str
    kind: str
    state: str
    good_count: int = 0
    error_count: int = 0
    reconnect_count: int = 0
    silent_s: int | None = None
    technical: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a live test: a sentence and whether it is good news."""

    name: str
    text: Sentence
    ok: bool


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """The tables as they are, the ports found just now, the kinds that can be added."""

    tables: tuple[Table, ...] = ()
    ports: tuple[Table, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceForm:
    """The keys a table may have ({"key", "type", "default", "choices"}) and its fault, if any."""

    table: Table
    fields: tuple[Table, ...] = ()
    fault: Sentence | None = None


class DeviceGestures:
    """The care of devices as gestures of the terminal; satisfies DevicePort."""

    _station: Station

    def trouble(self, code: str) -> None:
        """Something outside the till went wrong: a frame was torn, a device complained."""
        self._station.say(done(notice(code, Tone.WARNING), changed=frozenset({Part.DEVICES})))

    def device_health(self) -> Answer:
        """See DevicePort."""
        return health(self._station)

    def try_device(self, name: str, override: Override | None = None) -> Answer:
        """See DevicePort."""
        return attempt(self._station, name, override)

    def print_strip(self, name: str) -> Answer:
        """See DevicePort."""
        return print_strip(self._station, name)

    def stop_trying(self) -> Answer:
        """See DevicePort."""
        return stop_trying(self._station)

    def device_settings(self) -> Answer:
        """See DevicePort."""
        return settings(self._station)

    def device_form(self, table: Table) -> Answer:
        """See DevicePort."""
        return form(self._station, table)

    def configure_devices(
        self, tables: Sequence[Table], override: Override | None = None
    ) -> Answer:
        """See DevicePort."""
        return configure(self._station, tables, override)


def health(station: Station) -> Answer:
    """Asks the host for its rows; they are pushed as `device_cards`."""

    def told(reply: Mapping[str, Any]) -> None:
        rows = {row["name"]: row for row in reply.get("health", ())}
        station.say(changed(Part.DEVICES, device_cards=cards(station, rows)))

    station.devices.request("health", {}, told)
    return done(device_cards=cards(station, {}))


def cards(station: Station, rows: Mapping[str, Mapping[str, Any]]) -> tuple[DeviceCard, ...]:
    """One card a configured device; what the host did not say of it stays at nothing."""
    return tuple(
        _card(one.name, one.kind, one.state, rows.get(one.name, {}))
        for one in station.devices.states()
    )


def _card(name: str, kind: str, state: str, row: Mapping[str, Any]) -> DeviceCard:
    silent_ms = row.get("silent_ms")
    return DeviceCard(
        name,
        kind,
        state,
        good_count=row.get("good_count", 0),
        error_count=row.get("error_count", 0),
        reconnect_count=row.get("reconnect_count", 0),
        silent_s=None if silent_ms is None else silent_ms // 1000,
        technical="" if state == "ok" else row.get("last_error") or "",
    )


def attempt(station: Station, name: str, override: Override | None) -> Answer:
    """A live test. A drawer opened by it is a no-sale opening: the right, and the audit chain."""
    kind = next((one.kind for one in station.devices.states() if one.name == name), None)
    if kind is None:
        return refused("no_device", name=name)
    if kind == DeviceKind.DRAWER:
        allowed = authorise(station, Right.NO_SALE, override)
        if isinstance(allowed, Answer):
            return allowed
        used = right_used(station, "no_sale", name, reason="test", override_by=allowed.by)
        trouble = record(station, Facts(events=(used,)))
        if trouble:
            return trouble
    stop_trying(station)

    def told(reply: Mapping[str, Any]) -> None:
        station.say(changed(Part.DEVICES, device_tried=outcome(name, kind, reply)))

    wanted = {"device": name, "level": "interactive"}
    station.device_trials.append(station.devices.request("check", wanted, told, TRY_MS))
    return changed(Part.DEVICES, device_trying=name)


def print_strip(station: Station, name: str) -> Answer:
    """A line a code page: which of them can be read is then chosen in the printer's settings."""

    def told(reply: Mapping[str, Any]) -> None:
        tried = outcome(name, DeviceKind.PRINTER, reply)
        if tried.ok:
            tried = Tried(name, say("device.try_strip"), ok=True)
        station.say(changed(Part.DEVICES, device_tried=tried))

    wanted = {"device": name, "job_id": station.new_id()}
    station.devices.request("code_page_strip", wanted, told, TRY_MS)
    return changed(Part.DEVICES, device_trying=name)


def stop_trying(station: Station) -> Answer:
    """A scan that is waited for is a sale's again."""
    while station.device_trials:
        station.devices.cancel(station.device_trials.pop())
    return done()


def outcome(name: str, kind: str, reply: Mapping[str, Any]) -> Tried:
    """What the person who tries is told; a job that may be on paper is not called failed."""
    if "error" in reply:
        word = "device.try_unknown" if reply.get("outcome") == "unknown" else "device.try_failed"
        return Tried(name, say(word, why=reply["error"]), ok=False)
    payload = reply.get("payload", {})
    if kind == DeviceKind.SCANNER:
        said = payload.get("symbology") or "?"
        shown = " ".join(f"{byte:02X}" for byte in bytes.fromhex(payload.get("raw", "")))
        text = say("device.try_scan", text=payload.get("text", ""), kind=said, bytes=shown)
        return Tried(name, text, ok=True)
    if kind == DeviceKind.SCALE:
        return Tried(name, say("device.try_scale", weight=grams(payload["grams"])), ok=True)
    word = f"device.try_{kind}" if kind in SEEN else "device.try_answers"
    return Tried(name, say(word), ok=True)


def settings(station: Station) -> Answer:
    """Asks for the tables and the ports found now; pushed as `device_settings`."""

    def told(reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            station.say(refused("device_settings", why=fault_of(reply["error"], reply)))
            return
        found = reply["payload"]
        known = DeviceSettings(tuple(found["device"]), tuple(found["ports"]), tuple(found["kinds"]))
        station.say(changed(Part.DEVICES, device_settings=known))

    station.devices.request("config", {}, told)
    return done()


def form(station: Station, table: Table) -> Answer:
    """Asks which keys the table may have; pushed as `device_form`."""

    def told(reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            station.say(refused("device_settings", why=fault_of(reply["error"], reply)))
            return
        found = reply["payload"]
        fault = fault_of(found["fault"], found) if found["fault"] else None
        made = DeviceForm(table, tuple(found["fields"]), fault)
        station.say(changed(Part.DEVICES, device_form=made))

    station.devices.request("device_fields", {"table": dict(table)}, told)
    return done()


def fault_of(english: str, reply: Mapping[str, Any]) -> Sentence:
    """What is wrong with a table, in the host's `words`; its own English where it has none."""
    parts = {key: str(part) for key, part in (reply.get("words") or {}).items()}
    word = parts.pop("word", "")
    return say(f"device.fault.{word}", **parts) if word else say("device.fault.other", why=english)


def configure(station: Station, tables: Sequence[Table], override: Override | None) -> Answer:
    """Gives the host other tables; it writes and takes them, or says what is wrong with them."""
    allowed = authorise(station, Right.DEVICES, override)
    if isinstance(allowed, Answer):
        return allowed
    names = ", ".join(str(one.get("name") or one.get("kind")) for one in tables)
    used = right_used(station, "devices", names, override_by=allowed.by)
    trouble = record(station, Facts(events=(used,)))
    if trouble:
        return trouble

    def told(reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            station.say(refused("device_settings", why=fault_of(reply["error"], reply)))
            return
        said = notice("devices_saved", Tone.GOOD)
        station.say(changed(Part.DEVICES, notices=(said,), devices_saved=True))

    wanted = {"tables": [dict(one) for one in tables]}
    station.devices.request("configure", wanted, told, CHANGE_MS)
    return done()
