"""The menu, the till's own switches, and the table from gesture names to gestures."""

from collections.abc import Callable, Mapping
from functools import partial

from pos_app.domain.rights import Right
from pos_app.ui import (
    conflict_flows,
    counter_flows,
    day_flows,
    device_flows,
    discount_flows,
    enrol_flows,
    fiscal_flows,
    gestures,
    gift_card_flows,
    member_flows,
    money_flows,
    payment_flows,
    pin_flows,
    price_flows,
    report_flows,
    return_flows,
    training_flows,
    why_flows,
)
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.lending_flows import lacks, with_right
from pos_app.ui.phrases import words_of
from pos_app.ui.sounds import VOLUMES
from pos_app.workstation.answer import Tone
from resources.themes import THEMES
from resources.words import LANGUAGES

SCALES = (100, 125, 150)
AGE_ANSWERS = ("seen", "document", "refused", "identity")
Entries = tuple[tuple[str, str], ...]
MENU: Entries = (
    ("suspended", "inbox"),
    ("return", "undo-2"),
    ("reprint", "receipt-text"),
    ("price_check", "search"),
    ("price_label", "printer"),
    ("rewards", "gift"),
    ("gift_card", "credit-card"),
    ("sell_gift_card", "plus"),
    ("void_transaction", "trash-2"),
    ("drawer", "banknote"),
    ("day", "calendar-check"),
    ("settings", "list-checks"),
    ("sign_off", "log-out"),
    ("swap", "user-round-search"),
    ("categories", "star"),
    ("coupons", "percent"),
    ("forgotten_card", "receipt-text"),
)
GROUPS: Mapping[str, Entries] = {
    "drawer": (
        ("no_sale", "door-open"),
        ("paid_in", "download"),
        ("paid_out", "upload"),
        ("pickup", "landmark"),
        ("loan", "coins"),
    ),
    "day": (
        ("x_report", "file-text"),
        ("reports", "list-checks"),
        ("close_session", "lock"),
        ("end_of_day", "calendar-check"),
        ("undecided", "credit-card"),
        ("fiscal", "receipt-text"),
        ("members", "user-round-search"),
        ("conflicts", "triangle-alert"),
    ),
    "settings": (
        ("sync_now", "refresh-cw"),
        ("link", "wifi"),
        ("devices", "monitor"),
        ("language", "languages"),
        ("theme", "contrast"),
        ("scale", "type"),
        ("volume", "info"),
        ("training", "sparkles"),
        ("letters", "keyboard"),
    ),
}
"""What stands behind an entry of the menu. Places do not move: hands learn the numbers."""


def menu(desk: Desk) -> None:
    """F1: everything rare, numbered; a number or arrows and Enter."""
    if desk.ask is not None and desk.ask.name == "menu":
        desk.close_ask()
        return
    _show_menu(desk, MENU, "menu")


def group(desk: Desk, name: str) -> None:
    """One group of the menu in its place."""
    shown = [one for one in GROUPS[name] if one[0] != "fiscal" or fiscal_flows.has_registrar(desk)]
    _show_menu(desk, tuple(shown), f"menu_{name}")


def _show_menu(desk: Desk, entries: Entries, ask: str) -> None:
    def pick(row: Row) -> None:
        desk.close_ask()
        perform(desk, row.value)

    words = words_of(desk)
    waiting = conflict_flows.counted(desk, entries)
    counts = {"conflicts": waiting, "day": waiting}
    desk.hush()  # what was said before lies over the head of the menu
    barred = {name for name, right in {**NEEDS, **SENIORS}.items() if lacks(desk, right)}
    rows = [
        Row(words.text(f"menu.{name}"), words.text("ui.senior_row") if name in barred else "",
            counts.get(name, ""), name, icon)
        for name, icon in entries
    ]  # fmt: skip
    desk.open(Ask(ask, lambda text: None, pick=pick, place="main"), rows)


def choose_language(desk: Desk) -> None:
    """Another language at once, and whenever the same operator signs on here again."""

    def pick(row: Row) -> None:
        desk.close_ask()
        one, chosen = desk.view.operator, desk.settings.chosen
        kept = {**chosen, one.id: row.value} if one is not None else chosen
        desk.change_look(language=row.value, chosen=kept)

    rows = [Row(one.name, value=code) for code, one in LANGUAGES.items()]
    _offered(desk, "language", rows, desk.settings.language, pick)


def choose_theme(desk: Desk) -> None:
    """Light, dark or high contrast at once."""
    words = words_of(desk)
    rows = [Row(words.text(f"theme.{name}"), value=name) for name in THEMES]
    _choose(desk, "theme", rows, desk.settings.theme)


def choose_scale(desk: Desk) -> None:
    """Larger text and targets at once."""
    rows = [Row(f"{percent}\u202f%", value=percent) for percent in SCALES]
    _choose(desk, "scale_percent", rows, desk.settings.scale_percent)


def choose_volume(desk: Desk) -> None:
    """Louder, softer, or nothing to hear."""
    silent = words_of(desk).text("ui.no_sound")
    rows = [Row(f"{percent}\u202f%" if percent else silent, value=percent) for percent in VOLUMES]
    _choose(desk, "volume", rows, desk.settings.volume)


def choose_letters(desk: Desk) -> None:
    """Letters on the screen for fingers, or never."""
    words = words_of(desk)
    offered = ((True, "ui.letters_by_touch"), (False, "ui.letters_never"))
    rows = [Row(words.text(key), value=value) for value, key in offered]
    _choose(desk, "letters", rows, desk.settings.letters)


def _choose(desk: Desk, setting: str, rows: list[Row], present: str | int) -> None:
    def pick(row: Row) -> None:
        desk.close_ask()
        desk.change_look(**{setting: row.value})

    _offered(desk, setting, rows, present, pick)


def _offered(
    desk: Desk, setting: str, rows: list[Row], present: str | int, pick: Callable[[Row], None]
) -> None:
    at = next((i for i, row in enumerate(rows) if row.value == present), 0)
    desk.open(Ask(setting, lambda text: None, pick=pick), rows, at)


def link(desk: Desk) -> None:
    """Take the network away or give it back (training)."""
    desk.do(desk.till.link(not desk.view.link.online))


def sync_now(desk: Desk) -> None:
    """Ask the courier to run now."""
    answer = desk.do(desk.till.sync_now())
    if answer.ok and not answer.notices:
        desk.tell("ui.sync_asked", Tone.NEUTRAL)


def answer_demand(desk: Desk, index: int) -> None:
    """Ctrl+1..4: the answers on the bar, in their order; scanning never waits for them."""
    demand = desk.view.demand
    if desk.ask is not None and desk.ask.toggle is not None:
        desk.ask.toggle(index)
        return
    if demand is None:
        if desk.view.paper is not None and index < 2:
            desk.do(desk.till.print_answer(index == 0))
        return
    if demand.kind == "age":
        desk.do(desk.till.confirm("age", AGE_ANSWERS[index]))
    elif demand.kind in {"evidence", "weighing"}:
        _answer_of_two(desk, demand.kind, index)
    elif index == 0:
        pin_flows.confirm(desk, demand.kind)


def _answer_of_two(desk: Desk, kind: str, index: int) -> None:
    if index < 2 and kind == "evidence":
        desk.do(desk.till.confirm("evidence", ("seen", "refused")[index]))
    elif index < 2:
        (gestures.weigh_by_hand, gestures.cancel_weighing)[index](desk)


def end_of_day(desk: Desk) -> None:
    """By whoever may close the day, at the till of whoever sells."""
    with_right(desk, Right.CLOSE_DAY, partial(day_flows.end_of_day, desk))


GESTURES: Mapping[str, Callable[[Desk], None]] = {
    "menu": menu,
    **{name: partial(group, name=name) for name in GROUPS},
    "member": gestures.member,
    "enrol": enrol_flows.enrol,
    "remove_member": gestures.remove_member,
    "search": gestures.search,
    "coupon": counter_flows.coupon,
    "coupons": counter_flows.coupons,
    "categories": counter_flows.categories,
    "swap": counter_flows.swap,
    "rewards": counter_flows.rewards,
    "suspend": gestures.suspend,
    "suspended": gestures.suspended,
    "points": gestures.points,
    "points_amount": gestures.points_amount,
    "discount": discount_flows.discount,
    "cash": money_flows.cash,
    "card": money_flows.card,
    "qr": money_flows.qr,
    "gift_card": gift_card_flows.pay,
    "sell_gift_card": gift_card_flows.sell,
    "complete": money_flows.complete,
    "why": why_flows.why,
    "quantity": gestures.quantity,
    "more": partial(gestures.step_quantity, by=1),
    "less": partial(gestures.step_quantity, by=-1),
    "void_line": gestures.void_line,
    "undo": money_flows.undo,
    "back": gestures.back,
    "void_transaction": gestures.void_transaction,
    "first_answer": partial(answer_demand, index=0),
    "second_answer": partial(answer_demand, index=1),
    "third_answer": partial(answer_demand, index=2),
    "fourth_answer": partial(answer_demand, index=3),
    "dismiss": Desk.dismiss_offer,
    "submit": gestures.submit,
    "return": counter_flows.find_return,
    "forgotten_card": return_flows.forgotten_card,
    "reprint": money_flows.reprint,
    "price_check": price_flows.price_check,
    "price_label": price_flows.price_label,
    "no_sale": money_flows.no_sale,
    "paid_in": partial(money_flows.movement, kind="paid_in"),
    "paid_out": partial(money_flows.movement, kind="paid_out"),
    "pickup": partial(money_flows.movement, kind="pickup"),
    "loan": partial(money_flows.movement, kind="loan"),
    "x_report": money_flows.x_report,
    "reports": report_flows.reports,
    "close_session": money_flows.close_session,
    "end_of_day": end_of_day,
    "undecided": payment_flows.undecided,
    "fiscal": fiscal_flows.fiscal,
    "members": member_flows.members,
    "conflicts": conflict_flows.conflicts,
    "electronic_receipt": fiscal_flows.electronic,
    "sync_now": sync_now,
    "link": link,
    "devices": device_flows.devices,
    "language": choose_language,
    "theme": choose_theme,
    "scale": choose_scale,
    "volume": choose_volume,
    "training": training_flows.training,
    "letters": choose_letters,
    "sign_off": money_flows.sign_off,
}


NEEDS: Mapping[str, Right] = {
    "return": Right.RETURN_BY_RECEIPT,
    "discount": Right.DISCOUNT,
    "paid_in": Right.CASH_IN_OUT,
    "paid_out": Right.CASH_IN_OUT,
    "loan": Right.CASH_IN_OUT,
    "pickup": Right.PICKUP,
    "reports": Right.SEE_REPORTS,
}
"""Gestures that ask something first and are allowed by a colleague at their end."""


SENIORS = {
    "members": Right.SEE_MEMBERS,
    "conflicts": Right.SIGN_CONFLICTS,
    "end_of_day": Right.CLOSE_DAY,
    "x_report": Right.X_REPORT,
    "reprint": Right.REPRINT,
}
"""Marked in the menu for who may not: somebody's PIN is asked first (see `lending_flows`)."""


def perform(desk: Desk, gesture: str) -> None:
    """A gesture by its name; pressing the key of the open question again may mean more."""
    ask = desk.ask
    if ask is not None and ask.again is not None and ask.name.startswith(gesture):
        ask.again()
        return
    desk.hush()  # what was said of the last gesture is not said of this one
    GESTURES[gesture](desk)
    _forewarn(desk, gesture)
    money_flows.base_ask(desk)


def _forewarn(desk: Desk, gesture: str) -> None:
    """That somebody else's PIN will be wanted is said before anything is typed, not after."""
    if gesture in NEEDS and lacks(desk, NEEDS[gesture]) and desk.ask is not None:
        desk.tell("ui.needs_colleague", Tone.NEUTRAL)
