"""The list of devices, live tests and settings as questions of the one field. Never a rule.

What the device host answers comes later: `heard` takes it in while the page is open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drivers.contract.wedge_setup import WEDGE
from pos_app.domain.sentence import Sentence, say
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.phrases import words_of
from pos_app.workstation.answer import Answer, Part
from pos_app.workstation.device_care import DeviceCard, DeviceForm, DeviceSettings, Tried

PAGE = "devices"
ICONS = {
    "scanner": "scan-barcode",
    "printer": "printer",
    "drawer": "coins",
    "display": "monitor",
    "scale": "scale",
    "fiscal": "receipt-text",
    "payment": "credit-card",
    "marking": "list-checks",
}
PORT_KEYS = ("port", "path")
Table = dict[str, Any]


@dataclass(slots=True)
class DeviceBoard:
    """What the page shows. `index`: the table that is edited, None for a new one.

    `lines`: of the transaction when the page was opened.
    """

    cards: tuple[DeviceCard, ...] = ()
    tried: dict[str, Tried] = field(default_factory=dict)
    trying: str = ""
    settings: DeviceSettings = field(default_factory=DeviceSettings)
    index: int | None = None
    lines: int = 0


def board_of(desk: Desk) -> DeviceBoard | None:
    """The page's board while it is open."""
    page = desk.page
    return page.content if page is not None and page.kind == PAGE else None


def devices(desk: Desk) -> None:
    """The page of all devices."""
    board = DeviceBoard(lines=_lines(desk))
    desk.turn_to(Page(PAGE, board, left=lambda: leave(desk)))
    look_again(desk)
    desk.do(desk.till.device_settings())


def look_again(desk: Desk) -> None:
    """Ask how they are; the page shows what is known meanwhile."""
    take(desk, desk.till.device_health())


def try_device(desk: Desk, name: str) -> None:
    """A live test of one; what came of it appears beside it."""
    board = board_of(desk)
    if board is None:
        return
    board.tried.pop(name, None)
    take(desk, desk.attempt(lambda by: desk.till.try_device(name, by)))


def choose(desk: Desk, text: str) -> bool:
    """A device by its number on the open page: to try it or to set it up; 0 adds one."""
    board = board_of(desk)
    if board is None or not (text.isascii() and text.isdigit()):
        return False
    if int(text) == 0:
        add(desk)
        return True
    if int(text) > len(board.cards):
        return False
    card = board.cards[int(text) - 1]

    def pick(row: Row) -> None:
        desk.close_ask()
        row.value(desk, card.name)

    words = words_of(desk)
    rows = [
        Row(words.text("device.test"), card.name, value=try_device, icon="list-checks"),
        Row(words.text("device.settings"), card.name, value=edit, icon="menu"),
    ]
    desk.open(Ask("device_do", lambda text: None, pick=pick), rows)
    return True


def leave(desk: Desk) -> None:
    """The page is left: nothing waits for a scan any more."""
    desk.till.stop_trying()


def heard(desk: Desk, answer: Answer) -> None:
    """What was pushed without a gesture; a label scanned for the sale brings the sale back."""
    board = board_of(desk)
    if board is None:
        return
    if _lines(desk) > board.lines:
        desk.close_ask()
        desk.turn_to(None)
        return
    take(desk, answer)


def _lines(desk: Desk) -> int:
    return len(desk.view.transaction.lines) if desk.view.transaction else 0


def take(desk: Desk, answer: Answer) -> None:
    """Put what an answer brought on the board."""
    board = board_of(desk)
    if board is None:
        return
    data = answer.data
    board.cards = data.get("device_cards", board.cards)
    board.trying = data.get("device_trying", board.trying)
    tried: Tried | None = data.get("device_tried")
    if tried is not None:
        board.tried[tried.name] = tried
        board.trying = "" if board.trying == tried.name else board.trying
    board.settings = data.get("device_settings", board.settings)
    desk.emit(Part.DEVICES)
    if data.get("device_form") is not None:
        _show_form(desk, board, data["device_form"])
    if data.get("devices_saved"):
        desk.close_ask()
        desk.do(desk.till.device_settings())
        look_again(desk)


# ---- settings
def edit(desk: Desk, name: str) -> None:
    """The keys of one device as a list."""
    board = board_of(desk)
    if board is None:
        return
    for index, table in enumerate(board.settings.tables):
        if name == (table.get("name") or table.get("kind")):
            board.index = index
            desk.do(desk.till.device_form(dict(table)))


def add(desk: Desk) -> None:
    """First what it is; its keys follow."""
    board = board_of(desk)
    if board is None:
        return

    def pick(row: Row) -> None:
        desk.close_ask()
        board.index = None
        desk.do(desk.till.device_form(_fresh(row.value, board.settings)))

    words = words_of(desk)
    rows = [
        Row(words.text(f"device.kind_{kind}"), value=kind, icon=ICONS.get(kind, "monitor"))
        for kind in board.settings.kinds
    ]
    desk.open(Ask("device_kind", lambda text: None, pick=pick), rows)


def _fresh(kind: str, settings: DeviceSettings) -> Table:
    """A table of a kind under a free name."""
    names = {str(one.get("name") or one.get("kind")) for one in settings.tables}
    free = next(n for n in (kind, *(f"{kind}-{i}" for i in range(2, 99))) if n not in names)
    return {"kind": kind, "name": free}


def _show_form(desk: Desk, board: DeviceBoard, form: DeviceForm) -> None:
    rows = _form_rows(desk, board, form)

    def pick(row: Row) -> None:
        if row.value == "save":
            _send(desk, _tables(board, dict(form.table)))
        elif row.value == "remove":
            _send(desk, _tables(board, None))
        elif row.value == "calibrate":
            from pos_app.ui.wedge_calibration import calibrate  # once in a scanner's life

            calibrate(lambda found: _taught(desk, form, found))
        elif row.value == "strip":
            take(desk, desk.do(desk.till.print_strip(str(form.table.get("name", "printer")))))
        else:
            _change(desk, board, form, row.value)

    desk.open(Ask("device_edit", lambda text: None, pick=pick), rows)


def _form_rows(desk: Desk, board: DeviceBoard, form: DeviceForm) -> list[Row]:
    """The keys, then what can be done with the whole."""
    words = words_of(desk)
    rows = [_key_row(desk, form, one) for one in form.fields]
    fault = words.say(form.fault) if form.fault else ""
    rows.append(Row(words.text("device.save"), fault, value="save", icon="check"))
    if board.index is not None and form.table.get("kind") == "printer":
        rows.append(Row(words.text("device.strip"), value="strip", icon="printer"))
    if form.table.get("driver") == WEDGE:
        rows.append(Row(words.text("device.calibrate"), value="calibrate", icon="scan-barcode"))
    if board.index is not None:
        rows.append(Row(words.text("device.remove"), value="remove", icon="trash-2"))
    return rows


def _taught(desk: Desk, form: DeviceForm, found: Mapping[str, object]) -> None:
    """What a calibration found, into the form: it is saved there like anything else."""
    desk.do(desk.till.device_form({**form.table, **found}))


def _key_row(desk: Desk, form: DeviceForm, wanted: Mapping[str, Any]) -> Row:
    words, key = words_of(desk), wanted["key"]
    title = words.text(f"device.key.{key}") if words.knows(f"device.key.{key}") else key
    value = form.table.get(key, wanted["default"])
    return Row(title, shown(desk, key, value), value=wanted)


def shown(desk: Desk, key: str, value: object) -> str:
    """A value as a person reads it."""
    words = words_of(desk)
    if isinstance(value, bool):
        return words.text("device.yes" if value else "device.no")
    if key == "driver" and words.knows(f"device.driver.{value}"):
        return words.text(f"device.driver.{value}")
    if isinstance(value, list | tuple):
        return " ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _tables(board: DeviceBoard, table: Table | None) -> list[Mapping[str, Any]]:
    """All tables with this one in its place, at the end, or (None) gone."""
    tables: list[Mapping[str, Any]] = list(board.settings.tables)
    if board.index is None:
        return [*tables, table] if table is not None else tables
    tables[board.index : board.index + 1] = [table] if table is not None else []
    return tables


def _send(desk: Desk, tables: Sequence[Mapping[str, Any]]) -> None:
    desk.attempt(lambda by: desk.till.configure_devices(tables, by))


def _change(desk: Desk, board: DeviceBoard, form: DeviceForm, wanted: Mapping[str, Any]) -> None:
    """Another value for one key: chosen from what may stand there, or typed."""
    key, choices = wanted["key"], wanted["choices"]

    def put(value: object) -> None:
        desk.close_ask()
        table = {**form.table, key: value}
        if value == "" or value == wanted["default"]:
            table.pop(key, None)
        desk.do(desk.till.device_form(table))

    if wanted["type"] == "flag":
        put(not form.table.get(key, wanted["default"]))
    elif choices:
        _choose(desk, form, wanted, put)
    elif key in PORT_KEYS and form.table.get("driver") != "tcp":
        _choose_port(desk, board, put)
    else:
        _type_value(desk, wanted, str(shown(desk, key, form.table.get(key, ""))), put)


def _choose(
    desk: Desk, form: DeviceForm, wanted: Mapping[str, Any], put: Callable[[object], None]
) -> None:
    """One of several; of a list each row is taken in or out."""
    key, several = wanted["key"], wanted["type"] == "list"
    present = list(form.table.get(key, wanted["default"]) or ()) if several else []
    rows = [
        Row(shown(desk, key, one), value=one, icon="check" if one in present else "")
        for one in wanted["choices"]
    ]

    def pick(row: Row) -> None:
        if not several:
            put(row.value)
        elif row.value in present:
            put([one for one in present if one != row.value])
        else:
            put([*present, row.value])

    desk.open(Ask("device_choice", lambda text: None, pick=pick), rows)


def _choose_port(desk: Desk, board: DeviceBoard, put: Callable[[object], None]) -> None:
    words = words_of(desk)
    found = [
        Row(str(one["port"]), str(one["about"]), value=one["port"]) for one in board.settings.ports
    ]
    by_hand = Row(words.text("device.by_hand"), value=None, icon="keyboard")

    def pick(row: Row) -> None:
        if row.value is not None:
            put(row.value)
        else:
            _type_value(desk, {"type": "text"}, "", put)

    desk.open(Ask("device_port", lambda text: None, pick=pick), [*found, by_hand])


def _type_value(
    desk: Desk, wanted: Mapping[str, Any], present: str, put: Callable[[object], None]
) -> None:
    def accept(text: str) -> None:
        value = value_of(wanted["type"], text)
        if value is None:
            desk.tell("ui.not_a_number")
        else:
            put(value)

    desk.open(Ask("device_value", accept), typed=present)


def value_of(kind: str, text: str) -> object:
    """What was typed as the type wants it; None when it is no number."""
    if kind == "number":
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() else None
    return text.split() if kind == "list" else text


def seen(card: DeviceCard) -> Sentence:
    """How long ago a device was heard."""
    if card.silent_s is None:
        return say("device.seen_never")
    minutes = card.silent_s // 60
    return say("device.seen_minutes", n=minutes) if minutes else say("device.seen_now")
