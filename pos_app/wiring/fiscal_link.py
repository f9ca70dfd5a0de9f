"""The fiscal registrar behind the device host, as the tasks see it. Never decides, never blocks."""

from collections.abc import Callable

from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    Outcome,
    PowerState,
    ResultEvent,
    StatusUpdateEvent,
)
from drivers.contract.fiscal import (
    FiscalError,
    FiscalJob,
    FiscalLine,
    FiscalState,
    FiscalTask,
    record_of,
)
from drivers.remote import RemoteFiscal
from pos_app.domain.fiscal.shape import FiscalDocument, Position
from pos_app.domain.sentence import Sentence, say
from pos_app.wiring.device_link import DeviceLink
from pos_app.workstation.fiscal_port import (
    FiscalAnswer,
    FiscalMark,
    FiscalOutcome,
    FiscalReply,
    RegistrarState,
    ShiftState,
    StateReply,
)

AGAIN_MS = 3_000


class FiscalLink:
    """Satisfies `fiscal_port.FiscalRegistrar`. `on_ready` hears that something may go on now."""

    def __init__(self, devices: DeviceLink) -> None:
        self._devices = devices
        self._again_at_ms: int | None = None
        self.on_ready: Callable[[], None] = lambda: None
        devices.listen(self._heard)

    def configured(self) -> bool:
        """See the port."""
        return self._name() is not None

    def state(self) -> RegistrarState:
        """See the port."""
        device = self._device()
        if device is None:
            return RegistrarState()
        if device.power_state is not PowerState.ONLINE:
            return RegistrarState(trouble=say("fiscal.unreachable"))
        return _state(device.state)

    def ask_state(self, reply: StateReply) -> None:
        """See the port."""
        device = self._device()
        if device is None:
            reply(RegistrarState())
        else:
            device.request_status(lambda _event: reply(self.state()))

    def register(self, document: FiscalDocument, key: str, reply: FiscalReply) -> None:
        """See the port."""
        self._ask(job_of(document, key), reply)

    def recover(self, key: str, reply: FiscalReply) -> None:
        """See the port."""
        device = self._device()
        if device is None:
            reply(_away(key, FiscalOutcome.UNKNOWN))
        else:
            device.recover(key, lambda event: reply(answer_of(key, event)))

    def reprint(self, document_number: int, key: str, reply: FiscalReply) -> None:
        """See the port."""
        self._ask(FiscalJob(key, FiscalTask.COPY, number=document_number), reply)

    def go_on(self, key: str, reply: FiscalReply) -> None:
        """See the port."""
        self._ask(FiscalJob(key, FiscalTask.GO_ON), reply)

    def tick(self, now_ms: int) -> None:
        """What waits is tried again now and then, for not every change of a registrar is told."""
        if self._again_at_ms is None or now_ms >= self._again_at_ms:
            self._again_at_ms = now_ms + AGAIN_MS
            if self.configured():
                self.on_ready()

    def _ask(self, job: FiscalJob, reply: FiscalReply) -> None:
        device = self._device()
        if device is None:
            reply(_away(job.key, FiscalOutcome.NOT_DONE))
        else:
            device.register(job, lambda event: reply(answer_of(job.key, event)))

    def _name(self) -> str | None:
        return self._devices.first(DeviceKind.FISCAL)

    def _device(self) -> RemoteFiscal | None:
        name = self._name()
        return None if name is None else self._devices.host.fiscal(name)

    def _heard(self, event: Event) -> None:
        if isinstance(event, StatusUpdateEvent) and event.device == self._name():
            self.on_ready()


def job_of(document: FiscalDocument, key: str) -> FiscalJob:
    """A fiscal document in the words of the devices."""
    correction = document.correction
    corrected: tuple[str, ...] = ()
    if correction is not None:
        corrected = (correction.on.strftime("%Y.%m.%d"), correction.order_number)
    return FiscalJob(
        key=key,
        task=FiscalTask(document.kind.value),
        operator=document.cashier.name,
        operator_inn=document.cashier.taxpayer_number,
        lines=tuple(_line(one) for one in document.positions),
        cash_minor=document.cash_minor or document.payments.cash_minor,
        electronic_minor=document.payments.electronic_minor,
        prepaid_minor=document.payments.prepaid_minor,
        taxation=document.tax_system.value,
        buyer=document.buyer,
        paper=document.paper,
        corrected=corrected,
        by_order=correction.by_order if correction else False,
        notes=document.notes,
    )


def _line(one: Position) -> FiscalLine:
    return FiscalLine(
        name=one.name,
        price_minor=one.price_minor,
        quantity_milli=one.quantity_milli,
        amount_minor=one.amount_minor,
        vat=one.vat,
        measure=one.measure.value,
        subject=one.subject.value,
        method=one.method.value,
        discount_minor=one.discount_minor,
        mark=one.marking.raw if one.marking else b"",
        mark_state=one.mark_state.value,
        industry=_industry(one),
        notes=one.notes,
    )


def _industry(one: Position) -> tuple[str, ...]:
    """Tag 1260 in the order of the contract: 1262, 1263, 1264, 1265."""
    said = one.marking.permission if one.marking else None
    if said is None:
        return ()
    on = said.document_on.strftime("%Y.%m.%d")
    return said.authority, on, said.document_number, said.details


def answer_of(key: str, event: Event) -> FiscalAnswer:
    """A device's answer in the words of the tasks; what cannot be read is nobody's to guess."""
    if isinstance(event, ResultEvent):
        try:
            record = record_of(event.payload)
        except ValueError:
            return FiscalAnswer(key, FiscalOutcome.UNKNOWN, trouble=say("fiscal.unknown"))
        if record is None:
            return FiscalAnswer(key, FiscalOutcome.DONE)
        mark = FiscalMark(
            document_number=record.number,
            sign=record.sign,
            storage_number=record.storage,
            shift_number=record.shift,
            receipt_number=record.receipt,
            registered_at=record.at,
            registrar_number=record.registration,
        )
        return FiscalAnswer(key, FiscalOutcome.DONE, mark)
    if isinstance(event, ErrorEvent):
        unknown = event.outcome is Outcome.UNKNOWN
        outcome = FiscalOutcome.UNKNOWN if unknown else FiscalOutcome.NOT_DONE
        return FiscalAnswer(key, outcome, trouble=_why(event))
    return FiscalAnswer(key, FiscalOutcome.UNKNOWN, trouble=say("fiscal.unknown"))


def _why(event: ErrorEvent) -> Sentence:
    if event.code is ErrorCode.E_NOEXIST:
        return say("fiscal.never_seen")
    error = _error(event.extended)
    if error is FiscalError.NONE:
        return say("fiscal.unreachable")
    name = f"fiscal.{error.name.lower()}"
    if error in {FiscalError.FAULT, FiscalError.BAD_DOCUMENT, FiscalError.MARKING}:
        return say(name, words=event.message)
    return say(name)


def _error(number: int) -> FiscalError:
    try:
        return FiscalError(number)
    except ValueError:
        return FiscalError.NONE


def _state(state: FiscalState) -> RegistrarState:
    trouble = state.trouble
    return RegistrarState(
        shift=ShiftState(state.shift),
        trouble=say(f"fiscal.{trouble.name.lower()}") if trouble else None,
        shift_number=state.shift_number,
        unsent=state.unsent,
        unsent_since=state.unsent_since,
        storage_number=state.storage,
        paper_out=state.paper_out,
        cover_open=state.cover_open,
        cash_minor=state.cash_minor,
        documents=state.documents,
    )


def _away(key: str, outcome: FiscalOutcome) -> FiscalAnswer:
    return FiscalAnswer(key, outcome, trouble=say("fiscal.unreachable"))
