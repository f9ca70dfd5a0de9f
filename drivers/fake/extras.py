"""What a counter may have besides: fiscal registrar, card terminal, acquirer of QR payments.

Never switched on unless asked for: a till with a registrar issues a document for every sale.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from drivers.fake.fiscal import VirtualFiscal
from drivers.fake.notebook import Notebook
from drivers.fake.sbp_acquirer import SbpAcquirer
from drivers.fake.zvt_terminal import Booking, ZvtTerminal

Answer = dict[str, object]


class Extra(Protocol):
    """One simulator of the rig."""

    def start(self) -> object:
        """Begins to listen."""
        ...

    def stop(self) -> None:
        """Ends."""
        ...

    def table(self, name: str) -> Answer:
        """The registry's table that finds it."""
        ...

    def plug(self, *, plugged: bool) -> None:
        """The cable."""
        ...

    def order(self, faults: Mapping[str, Any]) -> Answer:
        """Sets faults; says what it holds."""
        ...

    def keep_in(self, book: Notebook, name: str) -> None:
        """Before `start`: what it wrote down before it knows; it writes down all that changes."""
        ...


class FiscalExtra:
    """A registrar behind the vendor's web requests."""

    def __init__(self) -> None:
        self.device = VirtualFiscal()

    def start(self) -> object:
        return self.device.start()

    def stop(self) -> None:
        self.device.stop()

    def table(self, name: str) -> Answer:
        return {"kind": "fiscal", "name": name, **self.device.config()}

    def plug(self, *, plugged: bool) -> None:
        if plugged:
            self.device.replug()
        else:
            self.device.unplug()

    def order(self, faults: Mapping[str, Any]) -> Answer:
        """`documents`: how many the storage has; `seen`: the uuids of all requests; `cash` in its
        drawer; `shift`: closed, opened, expired."""
        self.device.set_fault(**faults)
        storage = self.device.storage
        said = {"documents": len(storage.papers), "seen": list(self.device.seen)}
        return {**said, "cash": str(storage.cash), "shift": storage.shift_state}

    def keep_in(self, book: Notebook, name: str) -> None:
        if kept := book.read(name):
            self.device.recall(kept)
        self.device.on_change = lambda: book.write(name, self.device.kept())


class CardExtra:
    """A ZVT terminal with its bank."""

    def __init__(self) -> None:
        self.device = ZvtTerminal()

    def start(self) -> object:
        return self.device.start()

    def stop(self) -> None:
        self.device.stop()

    def table(self, name: str) -> Answer:
        found = {**self.device.endpoint.config(), "driver": "zvt", "tender": "card"}
        return {"kind": "payment", "name": name, **found}

    def plug(self, *, plugged: bool) -> None:
        if plugged:
            self.device.endpoint.replug()
        else:
            self.device.endpoint.unplug()

    def order(self, faults: Mapping[str, Any]) -> Answer:
        """`present`: the customer holds the card to it. `net_minor`: paid, less given back."""
        changes = dict(faults)
        present = changes.pop("present", None)
        _set(self.device.faults, changes)
        if present is not None:
            self.device.present_card(agreed=bool(present))
        bank = [[one.kind, one.amount_minor] for one in self.device.bank]
        said = {"net_minor": self.device.net_minor, "waits": self.device.is_waiting}
        return {**said, "bank": bank}

    def keep_in(self, book: Notebook, name: str) -> None:
        if kept := book.read(name):
            self.device.recall(Booking(**one) for one in kept)
        self.device.on_change = lambda: book.write(name, list(map(asdict, self.device.bank)))


class SbpExtra:
    """An acquirer of QR payments."""

    def __init__(self) -> None:
        self.device = SbpAcquirer()

    def start(self) -> object:
        return self.device.start()

    def stop(self) -> None:
        self.device.stop()

    def table(self, name: str) -> Answer:
        found = {"driver": "sbp", "tender": "qr", "url": self.device.url, "poll_ms": 100}
        return {"kind": "payment", "name": name, **found}

    def plug(self, *, plugged: bool) -> None:
        """An acquirer has no cable: unreachable is `status = 503`."""
        self.device.faults.status = 0 if plugged else 503
        self.device.faults.status_times = 0 if plugged else 1_000_000

    def order(self, faults: Mapping[str, Any]) -> Answer:
        """`net_minor`: what the customers have paid, less what they got back."""
        _set(self.device.faults, faults)
        return {"net_minor": self.device.net_minor, "requests": list(self.device.requests)}

    def keep_in(self, book: Notebook, name: str) -> None:
        if kept := book.read(name):
            self.device.recall(kept)
        self.device.on_change = lambda: book.write(name, self.device.kept())


EXTRAS: dict[str, type[FiscalExtra] | type[CardExtra] | type[SbpExtra]] = {
    "fiscal": FiscalExtra,
    "card": CardExtra,
    "sbp": SbpExtra,
}


def _set(faults: object, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if not hasattr(faults, name):
            raise ValueError(f"unknown fault {name}")
        setattr(faults, name, value)
