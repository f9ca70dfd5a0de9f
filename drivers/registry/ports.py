"""What could be connected just now: for the settings screen. Never opens anything."""

from pathlib import Path

from serial.tools import list_ports

USB_PRINTERS = Path("/dev/usb")


def found_ports(usb_printers: Path = USB_PRINTERS) -> list[dict[str, str]]:
    """`{"port", "driver", "about"}`, the most lasting name of each: USB identity before a path."""
    found = []
    for one in list_ports.comports():
        name = str(one.device)
        if one.vid is not None and one.pid is not None:
            name = f"usb:{one.vid:04X}:{one.pid:04X}"
            name += f":{one.serial_number}" if one.serial_number else ""
        about = " ".join(str(word) for word in (one.manufacturer, one.product) if word)
        found.append({"port": name, "driver": "serial", "about": about or str(one.device)})
    if usb_printers.is_dir():
        for path in sorted(usb_printers.glob("lp*")):
            found.append({"port": str(path), "driver": "file", "about": path.name})
    return found
