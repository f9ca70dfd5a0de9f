"""What is printed: receipts, copies, reports, as laid-out jobs. Never printer commands.

Layout is text of a fixed width; the words come from the voice of the shop's language.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from drivers.contract import (
    Align,
    Columns,
    Cut,
    Element,
    Feed,
    PrintJob,
    QRCode,
    Rule,
    Style,
    Text,
)
from pos_app.domain.document import CompletedLine, CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.account import Account
from pos_app.domain.loyalty.coupon import SignedCoupon
from pos_app.domain.loyalty.gift_card import continued as continued_card
from pos_app.domain.loyalty.ledger import continued
from pos_app.domain.loyalty.owner import masked
from pos_app.domain.loyalty.tally import added
from pos_app.domain.money import Currency, Money
from pos_app.domain.sentence import Points
from pos_app.domain.tender import TenderKind
from pos_app.workstation import drawer_difference
from pos_app.workstation.counters import caps_of, counted_sentences
from pos_app.workstation.gift_card_at_hand import know_card
from pos_app.workstation.present_coupon import name_of
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.report import Report
from pos_app.workstation.station import Station, Voice

CENTER = Style(align=Align.CENTER)
TITLE = Style(bold=True, align=Align.CENTER)
BIG = Style(bold=True, double_width=True, double_height=True)
RECEIPT_QR = "K1R:"
COUPON_QR = "K1S:"


def receipt_job(
    station: Station,
    document: CompletedTransaction,
    job_id: str,
    copy: bool = False,
    coupons: Sequence[SignedCoupon] = (),
) -> PrintJob:
    """The paper of a completed transaction, with the coupons that it gives for the next visit.

    A copy has none: a coupon is printed once.
    """
    voice = station.gear.voice(station.settings.language)
    paper = _Paper(station, voice, document.currency)
    given = tuple(element for coupon in coupons for element in paper.coupon(coupon))
    elements = (
        *paper.head(document, copy),
        *paper.body(document),
        *paper.foot(document, copy),
        *given,
        Feed(2),
        Cut(),
    )
    return PrintJob(job_id, elements, station.settings.columns)


def report_job(station: Station, report: Report, job_id: str) -> PrintJob:
    """The paper of an X or Z report."""
    voice = station.gear.voice(station.settings.language)
    paper = _Paper(station, voice, report.currency)
    return PrintJob(job_id, tuple(paper.report(report)), station.settings.columns)


class _Paper:
    """One voice, one currency, one width."""

    def __init__(self, station: Station, voice: Voice, currency: Currency) -> None:
        self.station = station
        self.voice = voice
        self.currency = currency

    def money(self, minor: int) -> str:
        return self.voice.text("receipt.money", amount=Money(minor, self.currency))

    def head(self, document: CompletedTransaction, copy: bool) -> Iterator[Element]:
        identity = self.station.journal.identity()
        yield Text(identity.store_name if identity else "", TITLE)
        if self.station.settings.slogan:
            yield Text(self.station.settings.slogan, CENTER)
        if document.training:
            yield Text(self.voice.text("receipt.training"), TITLE)
        if copy:
            yield Text(self.voice.text("receipt.copy"), TITLE)
        kind = "return" if document.kind is TransactionKind.RETURN else "sale"
        number = document.receipt_number
        yield Text(self.voice.text(f"receipt.{kind}", number=number), Style(bold=True))
        local = self.station.gear.to_local(document.completed_at)
        at = self.voice.text("receipt.moment", at=local)
        yield Columns(at, self._operator(document.operator_id))
        yield Rule()

    def _operator(self, operator_id: str) -> str:
        found = (o.name for o in self.station.mirror.operators() if o.operator_id == operator_id)
        return next(found, self.voice.text("staff.other") if operator_id else "")

    def body(self, document: CompletedTransaction) -> Iterator[Element]:
        for line in document.lines:
            yield from self._line(line)
        yield Rule()
        totals = document.totals
        if totals.discount_minor:
            yield self._pair("receipt.list_total", totals.list_minor)
            yield self._pair("receipt.discount", -totals.discount_minor)
        if totals.points_minor:
            points = Points(totals.points_redeemed)
            words = self.voice.text("receipt.points_redeemed", points=points)
            yield Columns(words, self.money(-totals.points_minor))
        if totals.rounding_minor:
            yield self._pair("receipt.rounding", totals.rounding_minor)
        total = self.voice.text("receipt.total")
        due = Money(totals.due_minor, self.currency)
        yield Columns(total, self.voice.text("receipt.total_amount", amount=due), BIG)
        yield from self._tenders(document)
        yield from self._taxes(document.lines)

    def _line(self, line: CompletedLine) -> Iterator[Element]:
        yield Text(line.name)
        price = Money(line.unit_price_minor, self.currency)
        words = self.voice.text("receipt.quantity", quantity=line.quantity, price=price)
        yield Columns(f"  {words}", self.money(line.list_minor))
        if line.card_id and masked(line.card_id) not in line.name:
            number = masked(line.card_id)
            yield Text(f"  {self.voice.text('receipt.gift_card', number=number)}")
        for modification in line.modifications:
            yield Columns(f"  {modification.name}", self.money(-modification.amount_minor))
        if line.points_minor:
            words = self.voice.text("receipt.line_points")
            yield Columns(f"  {words}", self.money(-line.points_minor))

    def _pair(self, key: str, minor: int) -> Columns:
        return Columns(self.voice.text(key), self.money(minor))

    def _tenders(self, document: CompletedTransaction) -> Iterator[Element]:
        if document.withheld_minor:
            points = Points(document.withheld_points)
            words = self.voice.text("receipt.withheld", points=points)
            if not document.withheld_points:
                words = self.voice.text("standing.used")
            yield Columns(words, self.money(-document.withheld_minor))
        for tender in document.tenders:
            words = self.voice.text(f"tender.{tender.kind.value}")
            if tender.kind is TenderKind.GIFT_CARD:
                words = self.voice.text("receipt.gift_card", number=masked(tender.reference))
            yield Columns(words, self.money(tender.amount_minor))
        if document.change_minor:
            yield self._pair("receipt.change", document.change_minor)

    def _taxes(self, lines: Sequence[CompletedLine]) -> Iterator[Element]:
        sums: dict[int, int] = {}
        for line in lines:
            sums[line.tax_rate_ppm] = sums.get(line.tax_rate_ppm, 0) + line.tax_minor
        for rate in sorted(sums, reverse=True):
            if rate:
                words = self.voice.text("receipt.tax", percent=f"{rate // 10_000}")
                yield Columns(words, self.money(sums[rate]))

    def foot(self, document: CompletedTransaction, copy: bool) -> Iterator[Element]:
        yield Rule()
        if document.member_code and not document.member_id:
            yield Text(self.voice.text("receipt.guest_card"))
        elif document.member_id:
            yield from self._points(document)
            if not copy:
                yield from self._balance(document)
        if not copy:
            yield from self._cards(document)
        yield QRCode(RECEIPT_QR + document.receipt_number)
        yield Text(self.voice.text("receipt.thanks"), CENTER)

    def _cards(self, document: CompletedTransaction) -> Iterator[Element]:
        """What is left on the gift cards of this receipt, as far as this till knows."""
        for card_id in dict.fromkeys(entry.card_id for entry in document.gift_cards):
            known = know_card(self.station, card_id).card
            own = (entry for entry in document.gift_cards if entry.card_id == card_id)
            card = continued_card(known, own)
            words = self.voice.text("receipt.gift_card_left", number=masked(card_id))
            yield Columns(words, self.money(card.balance_minor))
            if card.expires_on is not None:
                yield Text(self.voice.text("receipt.gift_card_until", until=card.expires_on))

    def coupon(self, signed: SignedCoupon) -> Iterator[Element]:
        """A coupon under the receipt: what it is, what it gives, its days, its code."""
        yield Rule()
        title = name_of(self.station, signed.coupon_id)
        yield Text(title, TITLE)
        language = self.station.settings.language
        opens = (p for p in program_of(self.station).promotions if p.coupon == signed.coupon_id)
        for name in dict.fromkeys(one.name(language) for one in opens):
            if name != title:
                yield Text(name, CENTER)
        days = self.voice.text(
            "receipt.coupon_days", since=signed.valid_from, until=signed.valid_until
        )
        yield Text(days, CENTER)
        if signed.member_id:
            yield Text(self.voice.text("receipt.coupon_own"), CENTER)
        yield QRCode(COUPON_QR + signed.text())

    def _points(self, document: CompletedTransaction) -> Iterator[Element]:
        totals = document.totals
        sale = document.kind is TransactionKind.SALE
        earned = "receipt.earned" if sale else "receipt.points_taken_back"
        if totals.points_earned:
            yield Columns(self.voice.text(earned), f"{totals.points_earned}")
        if totals.points_redeemed and not sale:
            words = self.voice.text("receipt.points_given_back")
            yield Columns(words, f"{totals.points_redeemed}")

    def _balance(self, document: CompletedTransaction) -> Iterator[Element]:
        """After this receipt; a copy printed another day would say something else."""
        known = self.station.known
        if known is not None and known.member.member_id == document.member_id:
            yield from self._account(continued(known.account, document.entries), document)
            tallies = added(known.tallies, document.tallies)
            program, on = program_of(self.station), document.business_on
            language = self.station.settings.language
            dark = not self.station.courier.status().online
            promised = caps_of(program, document, language) if dark else ()
            for told in (*promised, *counted_sentences(program, tallies, on, language)):
                yield Text(self.voice.say(told))

    def _account(self, after: Account, document: CompletedTransaction) -> Iterator[Element]:
        """What can be spent now, and what comes on which day: the till says the same."""
        on = document.business_on
        coming: dict[date, int] = {}
        for lot in after.lots:
            if lot.available_on > on and lot.points:
                coming[lot.available_on] = coming.get(lot.available_on, 0) + lot.points
        label = "receipt.available" if coming else "receipt.balance"
        yield Columns(self.voice.text(label), f"{after.available(on)}")
        for day in sorted(coming):
            yield Columns(self.voice.text("receipt.coming", on=day), f"{coming[day]}")

    def report(self, report: Report) -> Iterator[Element]:
        identity = self.station.journal.identity()
        yield Text(identity.store_name if identity else "", TITLE)
        yield Text(self.voice.text(f"report.title_{report.kind}"), TITLE)
        local = self.station.gear.to_local(report.at)
        yield Columns(self.voice.text("receipt.moment", at=local), report.operator)
        if report.opened_by not in ("", report.operator):
            yield Columns(self.voice.text("report.opened_by"), report.opened_by)
        on = self.voice.text("receipt.on", on=report.business_on)
        yield Columns(self.voice.text("report.business_on"), on)
        yield Rule()
        for key, value in report.rows():
            yield Columns(self.voice.text(f"report.{key}"), str(value))
        for key, minor in report.amounts():
            if key == "float_minor":
                yield Rule()
                yield Text(self.voice.text("report.group_drawer"))
            yield Columns(self.voice.text(f"report.{key}"), self.money(minor))
        if report.difference_reason:
            yield Text(self.voice.say(drawer_difference.said(report.difference_reason)))
        for kind, minor in report.by_tender:
            yield Columns(self.voice.text(f"tender.{kind}"), self.money(minor))
        if report.by_tender:
            yield Columns(self.voice.text("report.paid_minor"), self.money(report.paid_minor))
        yield Feed(2)
        yield Cut()
