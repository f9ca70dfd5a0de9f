"""Which terminal takes and gives back a tender. Never talks to one."""

from pos_app.domain.tender import TenderKind
from pos_app.workstation.station import Station


def terminal_of(station: Station, kind: TenderKind) -> str | None:
    """The terminal that takes this tender; None: by hand, as always, and whoever learns it."""
    if station.payments is None or station.settings.training:
        return None
    return station.payments.terminal(kind)
