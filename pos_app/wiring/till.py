"""One till, built: memory, gear, settings, children, terminal. Never a front end of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pos_app.domain.identification import Identifier, LabelRules
from pos_app.domain.loyalty.coupon import Issuer
from pos_app.domain.loyalty.trust import Trust, certified_till, issuer_id, till_key_id
from pos_app.domain.read_regulation import load_regulation
from pos_app.domain.regulation import Regulation
from pos_app.domain.tax import TaxRate, TaxTable, russian_tax
from pos_app.gear.clock import SystemClock
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.phones import WorldPhoneBook
from pos_app.gear.secrets import (
    Argon2PinHasher,
    Ed25519Signatures,
    Ed25519Signer,
    PepperedPhoneHasher,
    ServerSealer,
)
from pos_app.gear.zones import SETTING as TIME_ZONE
from pos_app.gear.zones import zone_of
from pos_app.storage.till_file import Points, no_points
from pos_app.wiring.children import CourierLink, Pipe
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.fiscal_place import attach_fiscal
from pos_app.wiring.instance import InstanceLock
from pos_app.wiring.memory import SERVER_KEY, Memory, open_sound, terminal_key
from pos_app.wiring.payment_link import PaymentLink
from pos_app.wiring.place import NotEnrolled, Place
from pos_app.wiring.practice import forget, practice
from pos_app.wiring.protection import reconcile
from pos_app.wiring.scale_link import ScaleLink
from pos_app.wiring.till_care import told
from pos_app.workstation import weighing
from pos_app.workstation.customer_lines import CustomerLines
from pos_app.workstation.ports import TerminalIdentity
from pos_app.workstation.station import Gear, Settings, Station
from pos_app.workstation.terminal import Terminal
from pos_app.workstation.training import CUT
from resources import names, read_text
from resources.words import Words
from sync.translate import WireCodec

COUNTRY = "ru"
NEUTRAL = "neutral"


@dataclass
class Till:
    """Everything of one running till."""

    memory: Memory
    terminal: Terminal
    courier: CourierLink
    devices: DeviceLink


def _opened(place: Place, points: Points) -> tuple[Memory, TerminalIdentity, InstanceLock]:
    """The data folder of an enrolled till, locked for this front end.

    A database that went back in time (a restored image) gets a new incarnation, one that comes
    from another machine waits for a person; the grants of both are frozen meanwhile.
    """
    lock = InstanceLock(place.data)
    try:
        changed = reconcile(place.data)
        memory = open_sound(place.data, points)
        if changed:
            told(memory, f"database_{changed}", "", "till.protection")
        if forget(place.data):
            told(memory, CUT, "", "power")
    except BaseException:
        lock.release()
        raise
    identity = memory.journal.identity()
    if identity is None:
        memory.close()
        lock.release()
        raise NotEnrolled(f"{place.data} is not enrolled: kopilka enrol --code CODE")
    memory.lives.begin()
    return memory, identity, lock


def build_till(
    place: Place,
    pipes: Callable[[str, Callable[[str], None]], Pipe],
    points: Points = no_points,
) -> Till:
    """Build a till. `pipes(name, on_line)` gives the pipe of the child `courier` or `devices`.

    Raises NotEnrolled, AlreadyRunning; and what `open_memory` raises.
    """
    memory, identity, lock = _opened(place, points)
    mirror = memory.mirror()
    links: dict[str, Any] = {}

    courier_pipe = pipes("courier", lambda line: links["courier"].on_line(line))
    device_pipe = pipes("devices", lambda line: links["devices"].on_line(line))
    courier = CourierLink(courier_pipe, lambda pulled: _link_changed(links, mirror, pulled))
    devices = DeviceLink(device_pipe, place.device_names())
    links.update(courier=courier, devices=devices)
    gear = _gear(place, identity, memory, mirror.setting)
    station = Station(memory.journal, mirror, courier, devices, gear,
                      _settings(place, mirror.setting, points))  # fmt: skip
    station.codec = WireCodec()
    device_tick = _with_devices(station, devices, memory, mirror.setting, links)
    clock = SystemClock()

    def tick() -> None:
        now = clock.monotonic_ms()
        if mirror.reopen_if_changed():
            terminal.link_changed(True)
        courier.tick(now)
        device_tick(now)

    def close() -> None:
        for part in (courier_pipe, device_pipe, mirror, memory):
            part.close()
        lock.release()

    terminal = Terminal(station, tick, close)
    terminal.begin_training = practice(place.data)
    station.payments = PaymentLink(devices, place.device_tables, terminal.payment_told)
    links["terminal"] = devices.ears = terminal
    if place.training:
        terminal.train_from_the_start()
    return Till(memory, terminal, courier, devices)


def _with_devices(
    station: Station,
    devices: DeviceLink,
    memory: Memory,
    setting: Callable[[str], Any],
    links: Mapping[str, Any],
) -> Callable[[int], None]:
    """Gives the station its scale, its registrar and the customer's lines; their heart beat."""
    station.scale = ScaleLink(devices)
    fiscal_tick = attach_fiscal(station, devices, memory.file, lambda: setting("fiscal"))
    lines = {id(station): CustomerLines(station)}

    def tick(now_ms: int) -> None:
        devices.tick(now_ms)
        fiscal_tick(now_ms)
        now: Station = links["terminal"].station
        weighing.tick(now)
        if id(now) not in lines:  # the customer reads the books that are sold on
            lines.clear()
            lines[id(now)] = CustomerLines(now)
        lines[id(now)].tick()

    return tick


def _link_changed(links: Mapping[str, Any], mirror: Any, pulled: bool) -> None:
    terminal = links.get("terminal")
    if terminal is not None:
        terminal.link_changed(mirror.reopen_if_changed() or pulled)


def _gear(
    place: Place, identity: TerminalIdentity, memory: Memory, setting: Callable[[str], Any]
) -> Gear:
    server_key, own = memory.outbox.get(SERVER_KEY) or b"", terminal_key(place.data)
    zone = zone_of(setting(TIME_ZONE))
    voices: dict[str, Words] = {}

    def voice(language: str) -> Words:
        if language not in voices:
            voices[language] = Words(language, zone)
        return voices[language]

    def to_local(at: datetime) -> datetime:
        return at.astimezone(zone)

    return Gear(
        clock=SystemClock(),
        ids=Uuid7Source(),
        identifier=Identifier(
            LabelRules.of_setting(setting("labels")), WorldPhoneBook(), BiipGs1Reader()
        ),
        phones=PepperedPhoneHasher(identity.pepper),
        pins=Argon2PinHasher(),
        sealer=ServerSealer(identity.sealing_key),
        trust=trust_of(server_key, own.public, setting),
        issuer=Issuer(till_key_id(own.public), Ed25519Signer(own.private)),
        to_local=to_local,
        voice=voice,
    )


def trust_of(server_key: bytes, own_key: bytes, setting: Callable[[str], Any]) -> Trust:
    """Whom the till believes: the server's key of enrolment, and what the mirror has told since.

    The setting `card_issuers` lists more keys of the server in hex (the next one, before it is
    used); `till_key:<id>` is a till's key under the server's signature.
    """
    signatures = Ed25519Signatures()

    def issuers() -> dict[str, bytes]:
        told = [bytes.fromhex(text) for text in setting("card_issuers") or ()]
        return {issuer_id(key): key for key in (server_key, *told)}

    def till(key_id: str) -> bytes | None:
        if key_id == till_key_id(own_key):
            return own_key
        return certified_till(setting(f"till_key:{key_id}"), key_id, issuers(), signatures)

    return Trust(signatures, lambda key_id: issuers().get(key_id), till)


def _settings(place: Place, setting: Callable[[str], Any], points: Points) -> Settings:
    return Settings(
        tax=_tax(setting("tax")),
        language=place.language,
        stale_after_hours=int(setting("stale_after_hours") or 24),
        columns=int(setting("receipt_columns") or 42),
        slogan=str(setting("slogan") or ""),
        crash_point=points,
        regulation=regulation_of_country(setting("country")),
    )


def regulation_of_country(country: Any) -> Regulation:
    """The shipped regulation of the setting `country` ("" is none); else Russia's."""
    known = names("regulations", ".json")
    name = COUNTRY if country is None else str(country).lower()
    return load_regulation(read_text("regulations", f"{name if name in known else NEUTRAL}.json"))


def _tax(value: Any) -> TaxTable:
    """The setting `tax`: {"included", "rates": {class: [[since, ppm], ...]}}; else Russia's."""
    if value is None:
        return russian_tax()
    rates = {
        name: tuple(TaxRate(date.fromisoformat(since), ppm) for since, ppm in dated)
        for name, dated in value["rates"].items()
    }
    return TaxTable(rates, bool(value.get("included", True)))
