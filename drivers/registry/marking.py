"""Builds the permission check of marking codes. Never asks anybody.

Keys: online_url, online_key, local_url, local_user, local_password, online_ms, local_ms,
look_ms, valid_hours.
"""

from drivers.contract import Device
from drivers.marking_check import MarkingChecker, MarkPlaces
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop


def build_marking(keys: Keys, name: str, workshop: Workshop) -> Device:
    """On-line and local; one of them at least."""
    usual = MarkPlaces()
    places = MarkPlaces(
        online_url=keys.take("online_url", str, ""),
        online_key=keys.take("online_key", str, ""),
        local_url=keys.take("local_url", str, ""),
        local_user=keys.take("local_user", str, ""),
        local_password=keys.take("local_password", str, ""),
        online_ms=keys.take("online_ms", int, usual.online_ms),
        local_ms=keys.take("local_ms", int, usual.local_ms),
        look_ms=keys.take("look_ms", int, usual.look_ms),
        valid_hours=keys.take("valid_hours", int, usual.valid_hours),
    )
    if not places.online_url and not places.local_url:
        raise keys.wrong("online_url or local_url is wanted", "marking_url")
    return MarkingChecker(name, places, workshop.listener, workshop.trace(name).add)
