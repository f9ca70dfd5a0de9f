"""The permission check behind the device host, as the scanning task sees it.

Never a verdict of its own.
"""

from datetime import date, datetime

from drivers.contract import DeviceKind, Event, ResultEvent
from drivers.contract.marking import WHY, MarkAnswer
from pos_app.domain.fiscal.shape import Permission
from pos_app.domain.sentence import Sentence, say
from pos_app.wiring.device_link import DeviceLink
from pos_app.workstation.marking_port import MarkReply, MarkVerdict

AUTHORITY, DECREE_ON, DECREE = "030", date(2023, 11, 21), "1944"
"""Tags 1262, 1263, 1264: the decree on the permission mode."""


class MarkingLink:
    """Satisfies `marking_port.MarkingCheck`."""

    def __init__(self, devices: DeviceLink) -> None:
        self._devices = devices

    def configured(self) -> bool:
        """See the port."""
        return self._devices.first(DeviceKind.MARKING) is not None

    def check(self, raw: bytes, reply: MarkReply) -> None:
        """See the port."""
        name = self._devices.first(DeviceKind.MARKING)
        if name is None:
            reply(MarkVerdict(True))
            return
        self._devices.host.marking(name).check(raw, lambda event: reply(verdict_of(event)))


def verdict_of(event: Event) -> MarkVerdict:
    """A device's answer; what cannot be read was judged by nobody."""
    nobody = MarkVerdict(False, why=say("mark.nobody"), source="nobody")
    if not isinstance(event, ResultEvent):
        return nobody
    try:
        answer = MarkAnswer.from_json(event.payload)
    except ValueError:
        return nobody
    if not answer.allowed:
        return MarkVerdict(False, why=_why(answer), source=answer.source)
    return MarkVerdict(True, _permission(answer), source=answer.source)


def _permission(answer: MarkAnswer) -> Permission:
    """Tag 1265: `UUID=..&Time=..`, of the local module with its instance and version."""
    details = f"UUID={answer.request}&Time={answer.time}"
    if answer.inst:
        details += f"&Inst={answer.inst}&Ver={answer.version}"
    return Permission(AUTHORITY, DECREE_ON, DECREE, details)


def _why(answer: MarkAnswer) -> Sentence:
    name = answer.why if answer.why in WHY else "blocked"
    if name == "blocked":
        return say("mark.blocked", words=answer.words)
    if name == "expired":
        return say("mark.expired", on=_day(answer.words))
    return say(f"mark.{name}")


def _day(text: str) -> date | str:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return text
