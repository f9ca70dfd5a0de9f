"""The devices as a front end shows them. Never asks one."""

from pos_app.workstation.station import Station
from pos_app.workstation.view import DeviceView


def device_views(station: Station) -> tuple[DeviceView, ...]:
    """As last told, with times in the store's zone."""
    local = station.gear.to_local
    return tuple(
        DeviceView(d.name, d.kind, d.state, local(d.until) if d.until else None)
        for d in station.devices.states()
    )
