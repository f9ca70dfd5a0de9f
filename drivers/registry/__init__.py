"""From one configuration to a set of devices, their health and their bytes; one file a kind.

Never guesses a port.
"""

from drivers.registry.build import BUILDERS, build_devices
from drivers.registry.device_set import DeviceSet
from drivers.registry.keys import ConfigError, Keys
from drivers.registry.workshop import Builder, Workshop

__all__ = [
    "BUILDERS",
    "Builder",
    "ConfigError",
    "DeviceSet",
    "Keys",
    "Workshop",
    "build_devices",
]
