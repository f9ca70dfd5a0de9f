"""Console commands to gestures of the till: one JSON object in, one method called. Never a rule."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pos_app.domain.money import parse_decimal
from pos_app.workstation.answer import Answer, refused
from pos_app.workstation.till_port import Override, TillPort

Fields = Mapping[str, Any]
Table = Mapping[str, Callable[[Fields], Answer]]


NAME_SHOWN = 40


class BadField(ValueError):
    """A field is missing or is not what it should be; the message names it."""


def text(fields: Fields, name: str, default: str | None = None) -> str:
    """A text field."""
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise BadField(f"{name}: a text is wanted")
    return value


def optional_text(fields: Fields, name: str) -> str | None:
    """A text field that may be absent or null."""
    return None if fields.get(name) is None else text(fields, name)


def flag(fields: Fields, name: str) -> bool:
    """A field that is true or false, and nothing that only looks so."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise BadField(f"{name}: true or false is wanted")
    return value


def minor(fields: Fields, name: str, digits: int, default: str | None = None) -> int:
    """An amount as a decimal string, in minor units."""
    value = fields.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadField(f'{name}: a decimal string is wanted, as "12.50"')
    try:
        return parse_decimal(value, digits)
    except ValueError as error:
        raise BadField(f"{name}: {error}") from error


def number(fields: Fields, name: str) -> int:
    """A whole number."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadField(f"{name}: a whole number is wanted")
    return value


def override_of(fields: Fields) -> Override | None:
    """`override`: {operator, pin}."""
    value = fields.get("override")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadField("override: {operator, pin} is wanted")
    return text(value, "operator"), text(value, "pin")


def _lines(value: Any) -> list[tuple[int, str]] | None:
    """`lines`: [{line, quantity}]; None is every line."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, Mapping) for v in value):
        raise BadField("lines: a list of {line, quantity} is wanted")
    return [(number(one, "line"), text(one, "quantity")) for one in value]


LATER = ("adjust", "merge")
"""Commands of the surface that this release refuses by name."""


def _not_here(name: str) -> Callable[[Fields], Answer]:
    return lambda _fields: refused("not_here", name=name)


class Commands:
    """The table of commands over one till."""

    def __init__(self, till: TillPort) -> None:
        self._till = till
        self._table: Table = {
            **self._selling_table(),
            **self._settling_table(),
            **self._session_table(),
            **self._fiscal_table(),
            **{name: _not_here(name) for name in LATER},
        }

    def _selling_table(self) -> Table:
        till = self._till
        return {
            "scan": self._scan,
            "type": lambda f: till.type_text(text(f, "text")),
            "add": lambda f: till.add_item(text(f, "item"), text(f, "quantity", "")),
            "quantity": lambda f: till.set_quantity(
                number(f, "line"), text(f, "quantity"), override_of(f)
            ),
            "cancel_weighing": lambda f: till.cancel_weighing(),
            "weigh_by_hand": lambda f: till.weigh_by_hand(text(f, "quantity"), override_of(f)),
            "tare": lambda f: till.tare(None if f.get("grams") is None else number(f, "grams")),
            "print_label": lambda f: till.print_label(text(f, "item")),
            "void_line": self._void_line,
            "void_transaction": self._void_transaction,
            "undo": lambda f: till.undo(override_of(f)),
            "discount": self._discount,
            "suspend": lambda f: till.suspend(text(f, "label", "")),
            "resume": self._resume,
            "price_check": lambda f: till.price_check(text(f, "item")),
            "find": lambda f: till.find_items(text(f, "text")),
            "member": self._member,
            "balance": lambda f: till.balance(text(f, "by"), text(f, "value")),
            "enrol": self._enrol,
            "redeem": self._redeem,
            "choose": self._choose,
            "choose_categories": self._choose,
            "coupon": self._coupon,
            "gift_card": lambda f: till.gift_card(optional_text(f, "code") or ""),
            "sell_gift_card": self._sell_gift_card,
            "claim": self._claim,
            "explain": lambda f: till.explain(optional_text(f, "transaction")),
        }

    def _settling_table(self) -> Table:
        till = self._till
        return {
            "tender": self._tender,
            "void_tender": lambda f: till.void_tender(number(f, "index")),
            "complete": lambda f: till.complete(),
            "cancel_payment": lambda f: till.cancel_payment(),
            "payment_choice": lambda f: till.payment_choice(
                text(f, "choice"), text(f, "value", ""), override_of(f)
            ),
            "decide_payment": lambda f: till.decide_payment(
                text(f, "key"), text(f, "decision"), override_of(f)
            ),
            "confirm": self._confirm,
            "return": self._return,
            "return_sums": lambda f: till.return_sums(
                text(f, "receipt"), _lines(f.get("lines")) or ()
            ),
            "credit_receipt": lambda f: till.credit_receipt(text(f, "receipt")),
            "receipt": lambda f: till.find_receipt(text(f, "receipt")),
            "reprint": lambda f: till.reprint(optional_text(f, "receipt")),
            "print_answer": lambda f: till.print_answer(flag(f, "printed")),
        }

    def _session_table(self) -> Table:
        till = self._till
        return {
            "state": lambda f: Answer(),
            "operators": lambda f: till.operators(),
            "sign_on": lambda f: till.sign_on(text(f, "operator"), text(f, "pin")),
            "sign_off": lambda f: till.sign_off(),
            "swap": lambda f: till.swap(text(f, "operator"), text(f, "pin")),
            "lend_right": lambda f: till.lend_right(text(f, "right"), override_of(f)),
            "give_right_back": lambda f: till.give_right_back(),
            "open_session": lambda f: till.open_session(
                self._minor(f, "float", "0"), override_of(f)
            ),
            "close_session": lambda f: till.close_session(
                self._minor(f, "counted"), text(f, "reason", "")
            ),
            "end_of_day": lambda f: till.end_of_day(
                self._minor(f, "counted"), text(f, "reason", "")
            ),
            "count_drawer": lambda f: till.count_drawer(self._minor(f, "counted")),
            "day_begin": lambda f: till.day_begin(),
            "day_choice": lambda f: till.day_choice(
                text(f, "step"), text(f, "choice"), text(f, "reason", "")
            ),
            "day_leave": lambda f: till.day_leave(),
            "train": lambda f: till.train(flag(f, "on"), override_of(f)),
            "x_report": lambda f: till.x_report(),
            "paid_in": lambda f: self._cash("paid_in", f),
            "paid_out": lambda f: self._cash("paid_out", f),
            "pickup": lambda f: self._cash("pickup", f),
            "loan": lambda f: self._cash("loan", f),
            "no_sale": lambda f: till.no_sale(text(f, "reason", ""), override_of(f)),
            "link": lambda f: till.link(flag(f, "online")),
        }

    def _fiscal_table(self) -> Table:
        till = self._till
        return {
            "open_shift": lambda f: till.open_shift(),
            "close_shift": lambda f: till.close_shift(),
            "electronic_receipt": lambda f: till.electronic_receipt(text(f, "address")),
            "fiscal_correction": lambda f: till.fiscal_correction(
                text(f, "receipt"), text(f, "reason"), text(f, "order", ""), override_of(f)
            ),
            "fiscal_copy": lambda f: till.fiscal_copy(text(f, "receipt", "")),
            "go_on_printing": lambda f: till.go_on_printing(),
        }

    def names(self) -> Sequence[str]:
        """What may be asked."""
        return tuple(self._table)

    def run(self, name: str, fields: Fields) -> Answer:
        """Do it. Raises BadField for a field that cannot be read."""
        command = self._table.get(name)
        if command is None:
            return refused("unknown_command", name=name[:NAME_SHOWN])
        return command(fields)

    def _minor(self, fields: Fields, name: str, default: str | None = None) -> int:
        return minor(fields, name, self._till.view().currency.minor_digits, default)

    def _scan(self, fields: Fields) -> Answer:
        if "hex" in fields:
            try:
                data = bytes.fromhex(text(fields, "hex"))
            except ValueError as error:
                raise BadField(f"hex: {error}") from error
        else:
            data = text(fields, "data").encode()
        return self._till.scan(data, optional_text(fields, "aim"))

    def _void_line(self, f: Fields) -> Answer:
        return self._till.void_line(number(f, "line"), text(f, "reason", ""), override_of(f))

    def _void_transaction(self, f: Fields) -> Answer:
        return self._till.void_transaction(text(f, "reason", ""), override_of(f))

    def _discount(self, f: Fields) -> Answer:
        return self._till.discount(
            number(f, "line") if f.get("line") is not None else None,
            text(f, "percent") if "percent" in f else None,
            self._minor(f, "amount") if "amount" in f else None,
            text(f, "reason", ""),
            override_of(f),
        )

    def _member(self, f: Fields) -> Answer:
        if f.get("by") is None or f.get("value", "") is None:
            return self._till.remove_member()
        return self._till.member(text(f, "by"), text(f, "value"))

    def _choose(self, f: Fields) -> Answer:
        chosen = f.get("categories", ())
        if not isinstance(chosen, (list, tuple)) or not all(isinstance(c, str) for c in chosen):
            raise BadField("categories: a list of texts is wanted")
        return self._till.choose_categories(chosen, text(f, "month", ""))

    def _enrol(self, f: Fields) -> Answer:
        consents = f.get("consents", ())
        if not isinstance(consents, (list, tuple)):
            raise BadField("consents: a list is wanted")
        agreed = [text({"consents": one}, "consents") for one in consents]
        return self._till.enrol(
            text(f, "phone"), optional_text(f, "card"), text(f, "name", ""), agreed, override_of(f)
        )

    def _redeem(self, f: Fields) -> Answer:
        points = f.get("points")
        if isinstance(points, bool) or not isinstance(points, (int, str)):
            raise BadField('points: a number or "max" is wanted')
        return self._till.redeem(points)

    def _coupon(self, f: Fields) -> Answer:
        if "remove" in f:
            return self._till.remove_coupon(text(f, "remove"))
        return self._till.coupon(text(f, "code"))

    def _sell_gift_card(self, f: Fields) -> Answer:
        amount = self._minor(f, "amount") if "amount" in f else None
        return self._till.sell_gift_card(text(f, "code"), amount)

    def _claim(self, f: Fields) -> Answer:
        if "remove" in f:
            return self._till.unclaim(text(f, "remove"))
        return self._till.claim(text(f, "reward"))

    def _tender(self, f: Fields) -> Answer:
        amount = self._minor(f, "amount") if "amount" in f else None
        return self._till.tender(text(f, "kind"), amount, text(f, "code", ""))

    def _resume(self, f: Fields) -> Answer:
        label = text(f, "label", "")
        found = [s for s in self._till.view().suspended if label in (s.id, s.label)]
        return self._till.resume(found[-1].id) if found else refused("not_suspended")

    def _return(self, f: Fields) -> Answer:
        reason, override = text(f, "reason", ""), override_of(f)
        if "without_receipt" in f and flag(f, "without_receipt"):
            return self._till.return_goods(reason, override)
        wanted = _lines(f.get("lines"))
        receipt = text(f, "receipt") if "receipt" in f else text(f, "transaction")
        if "exchange" in f and flag(f, "exchange"):
            return self._till.exchange(receipt, wanted, reason, override)
        return self._till.return_sale(receipt, wanted, reason, override)

    def _cash(self, kind: str, f: Fields) -> Answer:
        amount = self._minor(f, "amount")
        return self._till.cash_movement(kind, amount, text(f, "reason", ""), override_of(f))

    def _confirm(self, f: Fields) -> Answer:
        for kind in ("age", "pin", "code", "evidence"):
            if kind in f:
                return self._till.confirm(kind, text(f, kind))
        raise BadField("age, pin, code or evidence is wanted")
