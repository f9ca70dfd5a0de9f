"""Which of the plugged-in devices is meant. Never by a number that changes on replug."""

from dataclasses import dataclass

from drivers.transport.links import USB_PREFIX


@dataclass(frozen=True, slots=True)
class Wanted:
    """Identity of a device; None means that any will do. `path` is used as it is."""

    vendor_id: int | None = None
    product_id: int | None = None
    serial_number: str | None = None
    path: str | None = None

    @classmethod
    def of(cls, port: str) -> "Wanted":
        """Reads a path or `usb:VVVV:PPPP[:serial]`; "" is any device; ValueError when neither."""
        if not port:
            return cls()
        if not port.startswith(USB_PREFIX):
            return cls(path=port)
        vendor, product, *serial_number = port.removeprefix(USB_PREFIX).split(":", 2)
        return cls(int(vendor, 16), int(product, 16), *serial_number)

    def is_met_by(self, vendor_id: int, product_id: int, serial_number: str | None) -> bool:
        """True for the device that is meant."""
        return (
            self.vendor_id in (None, vendor_id)
            and self.product_id in (None, product_id)
            and self.serial_number in (None, serial_number)
        )

    def __str__(self) -> str:
        if self.path is not None:
            return self.path
        if self.vendor_id is None or self.product_id is None:
            return "any"
        tail = f":{self.serial_number}" if self.serial_number else ""
        return f"{USB_PREFIX}{self.vendor_id:04x}:{self.product_id:04x}{tail}"
