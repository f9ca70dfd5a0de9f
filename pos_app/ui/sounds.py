"""Sounds that add a meaning to what is seen, through the system's own player. Never the only sign.

Qt's multimedia is not part of Essentials; every desktop has a player that takes a file. Where there
is none, loud tones beep and the others are silent. A sound never waits and is never waited for.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from pos_app.workstation.answer import Tone
from resources import names, read_bytes

PLAYERS = ("pw-play", "paplay", "aplay", "afplay")
BY_TONE = {
    Tone.MEMBER: "member",
    Tone.CLOSED: "closed",
    Tone.WARNING: "warning",
    Tone.ERROR: "error",
}
BY_NOTICE = {"scanned_twice": "double"}
"""Notices with a sound of their own, whatever their tone."""
LOUD = (Tone.WARNING, Tone.ERROR)
VOLUMES = (0, 30, 60, 100)
"""Percent; 0 is silence."""
Play = Callable[[Path], None]


def system_player() -> Play | None:
    """Plays a file and returns at once; None where this machine has no player."""
    if sys.platform == "win32":
        import winsound

        flags = winsound.SND_FILENAME | winsound.SND_ASYNC
        return lambda path: winsound.PlaySound(str(path), flags)
    found = next((path for one in PLAYERS if (path := shutil.which(one))), None)
    if found is None:
        return None
    quiet = ["-q"] if Path(found).name == "aplay" else []

    def play(path: Path) -> None:
        QProcess.startDetached(found, [*quiet, str(path)])

    return play


class Sounds:
    """The bundled sounds at a volume; files are written once, beside other temporary ones."""

    def __init__(self, play: Play | None = None, beep: Callable[[], None] | None = None) -> None:
        self._play, self._beep = play, beep or QApplication.beep
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.volume = VOLUMES[-1]

    def tell(self, tone: Tone, code: str = "") -> None:
        """Play what belongs to a notice."""
        if self.volume == 0:
            return
        name = BY_NOTICE.get(code) or BY_TONE.get(tone)
        if self._play is None:
            if tone in LOUD:
                self._beep()
        elif name is not None:
            self._play(self._file(name))

    def _file(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="kopilka-sounds-")
        path = Path(self._folder.name) / f"{name}-{self.volume}.wav"
        if not path.exists():
            path.write_bytes(at_volume(read_bytes("sounds", f"{name}.wav"), self.volume))
        return path

    def close(self) -> None:
        """Take the files away."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def bundled() -> tuple[str, ...]:
    """The sounds that travel with the program."""
    return names("sounds", ".wav")


def at_volume(sound: bytes, percent: int) -> bytes:
    """The same sound, softer; 16 bit PCM."""
    import wave  # the first sound needs it, no screen does

    with wave.open(BytesIO(sound)) as file:
        told, params = file.readframes(file.getnframes()), file.getparams()
    values = memoryview(told).cast("h")
    softer = memoryview(bytearray(told)).cast("h")
    for place, value in enumerate(values):
        softer[place] = value * percent // 100
    out = BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams(params)
        made.writeframes(softer.tobytes())
    return out.getvalue()
