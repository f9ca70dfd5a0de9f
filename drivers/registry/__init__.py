"""From one configuration to a set of devices, their health and their bytes; one file a kind.

Never guesses a port.
"""

from drivers.config_file import ConfigError
from drivers.registry.build import BUILDERS, add_tolerantly, build_devices, build_tolerantly
from drivers.registry.device_set import DeviceSet
from drivers.registry.fields import fields_of_table, kinds
from drivers.registry.keys import Keys
from drivers.registry.misfit import Misfit
from drivers.registry.ports import found_ports
from drivers.registry.workshop import Builder, Workshop

__all__ = [
    "BUILDERS",
    "Builder",
    "ConfigError",
    "DeviceSet",
    "Keys",
    "Misfit",
    "Workshop",
    "add_tolerantly",
    "build_devices",
    "build_tolerantly",
    "fields_of_table",
    "found_ports",
    "kinds",
]
