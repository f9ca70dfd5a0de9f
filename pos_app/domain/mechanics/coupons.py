"""Coupons, as written in the program. Never which one somebody holds, never what it opens.

What a coupon opens is written in the promotion: `"coupon": "<coupon id>"`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.identification.check_digits import has_luhn_digit, is_digits
from pos_app.domain.reading import Reader

KINDS = ("code", "personal", "printed")
USES = ("single_use", "multi_use")
CHECKS = ("none", "luhn")
DAYS_MOST = 3_650
DIGITS_MOST = 30
OPEN_END = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class CodeRange:
    """A fixed `code`, or numbers: `prefix`, so many `digits`, their last one by `check`.

    `least` and `most` bound the number of the digits; None leaves that end open.
    """

    code: str = ""
    prefix: str = ""
    digits: int = 0
    check: str = "none"
    least: int | None = None
    most: int | None = None

    def shapes(self, code: str) -> bool:
        """Whether a code (in capitals) looks like one of these; its check digit aside."""
        if self.code:
            return code == self.code
        number = code.removeprefix(self.prefix)
        if not code.startswith(self.prefix) or len(number) != self.digits or not is_digits(number):
            return False
        above = self.least is None or int(number) >= self.least
        return above and (self.most is None or int(number) <= self.most)

    def holds(self, code: str) -> bool:
        """Whether a code (in capitals) is one of these."""
        if not self.shapes(code):
            return False
        return self.check == "none" or has_luhn_digit(code.removeprefix(self.prefix))


@dataclass(frozen=True, slots=True)
class Coupon:
    """One kind of coupon. `max_uses` of one code or serial: 0 has no limit.

    code: whoever knows the code; personal: signed by the server for one member; printed: signed by
    a till for the next visit, for its bearer or (`bearer` false) for the member of the receipt.
    `days` is how long a printed one lives, from `after_days` after printing; 0: to `until`.
    `offline`: what to do with a coupon of one use when nobody can be asked about it.
    """

    coupon_id: str
    names: dict[str, str]
    kind: str
    codes: tuple[CodeRange, ...] = ()
    max_uses: int = 1
    valid_from: date | None = None
    valid_until: date | None = None
    after_days: int = 0
    days: int = 0
    bearer: bool = True
    offline: str = "refuse"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.coupon_id)

    def ends(self, on: date) -> date:
        """The last day of one that is printed or shown on that day; far off if it never ends."""
        until = self.valid_until or OPEN_END
        if not self.days:
            return until
        since = max(on + timedelta(days=self.after_days), self.valid_from or date.min)
        return min(since + timedelta(days=self.days - 1), until)


def find_coupon(coupons: tuple[Coupon, ...], coupon_id: str) -> Coupon | None:
    """The coupon of that id."""
    return next((one for one in coupons if one.coupon_id == coupon_id), None)


def read_coupon(doc: Reader) -> Coupon:
    """One of the section `coupons`."""
    kind = doc.choice("kind", KINDS)
    single = doc.choice("use", USES, USES[0]) == "single_use"
    coupon = Coupon(
        coupon_id=doc.text("id"),
        names=doc.names("name"),
        kind=kind,
        codes=tuple(_read_range(one) for one in doc.children("codes")),
        max_uses=1 if single else doc.integer("max_uses", 0),
        valid_from=doc.day("from"),
        valid_until=doc.day("until"),
        after_days=doc.integer("after_days", 0, 0, DAYS_MOST),
        days=doc.integer("days", 0, 0, DAYS_MOST),
        bearer=doc.flag("bearer", kind != "personal"),
        offline=doc.choice("offline", ("refuse", "accept"), "refuse"),
    )
    doc.finish()
    _judge(doc, coupon)
    return coupon


def _judge(doc: Reader, coupon: Coupon) -> None:
    """What nobody could explain to a customer."""
    if (coupon.kind == "code") != bool(coupon.codes):
        doc.fault("codes", "a coupon of the kind code has codes, and no other has")
    since, until = coupon.valid_from, coupon.valid_until
    if since is not None and until is not None and until < since:
        doc.fault("until", "is before from: never valid")
    if coupon.kind == "printed" and not coupon.days and until is None:
        doc.fault("days", "a printed coupon ends: days or until is needed")
    if coupon.kind != "printed" and (coupon.days or coupon.after_days):
        doc.fault("days", "only a printed coupon counts days from its printing")
    if coupon.kind == "personal" and coupon.bearer:
        doc.fault("bearer", "a personal coupon has no bearer")


def _read_range(doc: Reader) -> CodeRange:
    fixed = doc.text("code", "")
    found = CodeRange(
        code=fixed.upper(),
        prefix=doc.text("prefix", "").upper(),
        digits=doc.integer("digits", 0, 0, DIGITS_MOST),
        check=doc.choice("check", CHECKS, "none"),
        least=doc.optional_integer("from"),
        most=doc.optional_integer("to"),
    )
    doc.finish()
    if fixed and found.check != "none":
        doc.fault("check", "a fixed code has no check digit of its own")
    if bool(fixed) == bool(found.digits):
        doc.fault("code", "either a fixed code, or prefix and digits, is needed")
    if found.least is not None and found.most is not None and found.most < found.least:
        doc.fault("to", "is below from: no code is in between")
    return found
