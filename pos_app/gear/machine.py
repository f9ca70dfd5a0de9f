"""Tells this machine from others, so that a copied database is noticed. Never who owns it."""

import hashlib
import sys
from pathlib import Path

_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def fingerprint(files: tuple[Path, ...] = _FILES) -> str:
    """32 hex digits that stay the same on one installation; empty where the system has none."""
    text = _from_files(files) or _from_registry()
    return hashlib.sha256(f"kopilka machine\n{text}".encode()).hexdigest()[:32] if text else ""


def _from_files(files: tuple[Path, ...]) -> str:
    """systemd's machine id, see machine-id(5): made at installation, kept for its life."""
    for path in files:
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        if text and text != "uninitialized":
            return text
    return ""


def _from_registry() -> str:
    """MachineGuid, which Windows makes at installation."""
    if sys.platform != "win32":
        return ""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    except OSError:
        return ""
