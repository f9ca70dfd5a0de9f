"""Takes another configuration while the till sells: written first, then changed device by device.

Never closes a device that still owes an answer, never touches one whose table is the same.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any

from drivers.config_file import ConfigError, device_tables, write_config
from drivers.contract import (
    Device,
    ErrorCode,
    ErrorEvent,
    Listener,
    Locus,
    PowerState,
    StatusUpdateEvent,
)
from drivers.registry import DeviceSet, add_tolerantly, build_devices, build_tolerantly
from drivers.transport.tape import Tape

CALM_S = 90.0
Table = dict[str, Any]


class Changeover:
    """The present devices and their tables. `began` opens a new device."""

    def __init__(
        self,
        config: Mapping[str, Any],
        path: Path | None,
        listener: Listener,
        began: Callable[[Device], None],
        tape: Tape | None = None,
    ) -> None:
        self._config = dict(config)
        self._path = path
        self._listener = listener
        self._began = began
        self.devices: DeviceSet = build_tolerantly(config, listener, path, tape)
        self._owed: dict[str, int] = {}
        self._changing: set[str] = set()
        self._held: list[Callable[[], None]] = []
        self._state = Condition()
        self._one_at_a_time = Lock()

    @property
    def tables(self) -> list[Table]:
        """One table a device, as last taken."""
        return device_tables(self._config)

    def line_of(self, name: str) -> list[Table]:
        """The tables of all that share the line of a device, the one that has it first."""
        return line_of(self.tables, name)

    def learn(self, name: str, learned: object) -> None:
        """Keeps what a device was taught (a drawer's polarity) in its table; nothing is reopened.

        A file that cannot be written is told; the device goes on with what it knows.
        """
        if not isinstance(learned, Mapping):
            return
        new = [{**one, **learned} if name_of(one) == name else one for one in self.tables]
        if new == self.tables:
            return
        self._config = {**self._config, "device": new}
        try:
            if self._path is not None:
                write_config(self._path, self._config)
        except (OSError, ConfigError) as failed:
            said = f"what it learnt is not kept: {failed}"
            self._listener(ErrorEvent(name, ErrorCode.E_FAILURE, said, Locus.INPUT))

    # --- what a device owes -------------------------------------------------------------------

    def asked(self, device: object) -> None:
        """A request was handed to a device."""
        with self._state:
            name = str(device or "")
            self._owed[name] = self._owed.get(name, 0) + 1

    def answered(self, device: object) -> None:
        """One of its requests has been answered."""
        with self._state:
            name = str(device or "")
            self._owed[name] = max(0, self._owed.get(name, 0) - 1)
            self._state.notify_all()

    def holds(self, device: object, again: Callable[[], None]) -> bool:
        """True when the device is being changed: the request is taken `again` afterwards."""
        with self._state:
            if str(device or "") not in self._changing:
                return False
            self._held.append(again)
            return True

    # --- changing -----------------------------------------------------------------------------

    def take(self, tables: object) -> tuple[str, ...]:
        """Validates and writes, then changes over in the background; the names that change.

        Raises ConfigError with a plain sentence; then nothing was written and nothing changes.
        """
        new = device_tables({"device": tables})
        build_devices({"device": new}, _nobody)
        config = {**self._config, "device": new}
        if self._path is not None:
            try:
                write_config(self._path, config)
            except OSError as failed:
                what = f"{self._path.name} cannot be written: {failed}"
                why = failed.strerror or str(failed)
                raise ConfigError(what, "no_file", value=self._path.name, why=why) from failed
        with self._state:
            names = difference(self.tables, new)
            self._config = config
            self._changing |= names
        if names:
            Thread(target=self._change, args=(names,), daemon=True).start()
        return tuple(sorted(names))

    def _change(self, names: set[str]) -> None:
        with self._one_at_a_time:
            with self._state:
                self._state.wait_for(lambda: self._calm(names), CALM_S)
            for device in self.devices.all():
                if device.name in names:
                    device.close()
                    self.devices.remove(device.name)
                    self._listener(StatusUpdateEvent(device.name, PowerState.UNKNOWN))
            wanted = [one for one in self.tables if name_of(one) in names]
            for device in add_tolerantly(self.devices, wanted, self._listener):
                self._began(device)
            with self._state:
                self._changing -= names
                held, self._held = self._held, []
        for again in held:
            again()

    def _calm(self, names: set[str]) -> bool:
        return not any(self._owed.get(name) for name in names)


def name_of(table: Table) -> str:
    """The name a table gives its device, as the registry reads it."""
    return str(table.get("name") or table.get("kind"))


def line_of(tables: list[Table], name: str) -> list[Table]:
    """The tables of all that share the line of a device, the one that has it first."""
    own = next((one for one in tables if name_of(one) == name), None)
    if own is None:
        return []
    owner = str(own.get("printer") or name)
    first = [one for one in tables if name_of(one) == owner]
    return first + [one for one in tables if one.get("printer") == owner and one not in first]


def difference(old: list[Table], new: list[Table]) -> set[str]:
    """Names that came, went or changed, and those that hang on them or that they hang on."""
    before = {name_of(one): one for one in old}
    after = {name_of(one): one for one in new}
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    while True:
        hanging = {(name_of(t), str(t["printer"])) for t in (*old, *new) if "printer" in t}
        more = {one for pair in hanging if names & set(pair) for one in pair} - names
        if not more:
            return names
        names |= more


def _nobody(_event: object) -> None:
    """Devices that are only tried for size have nothing to tell."""
