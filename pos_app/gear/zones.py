"""Time zones by name, the same at the till and at the server. Never refuses to tell a day.

A machine whose database of zones is old, or is not there, sells all the same: by the default.
"""

from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

SETTING = "time_zone"
TIME_ZONE = "Europe/Moscow"
"""Of a chain, or a store, that has not said otherwise."""
_AS_IT_IS = timezone(timedelta(hours=3), "MSK")
"""The same without a database of zones: as it has been since 2014."""
_OF_THE_MACHINE = ("localtime", "Factory")


def is_known_zone(name: object) -> bool:
    """Whether it is a zone that every machine would understand alike."""
    return isinstance(name, str) and name in available_timezones() and name not in _OF_THE_MACHINE


def zone_of(told: object) -> tzinfo:
    """The zone of the setting `time_zone`; the default for none, and for one unknown here."""
    return _named(told) if isinstance(told, str) and told else _named(TIME_ZONE)


@lru_cache(maxsize=64)
def _named(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        import logging  # a till whose zones are known says nothing

        log = logging.getLogger(__name__)
        log.warning("the time zone %r is not known here: %s is taken", name, TIME_ZONE)
    return _AS_IT_IS if name == TIME_ZONE else _named(TIME_ZONE)
