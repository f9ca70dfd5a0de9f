"""Makes the sounds of the till from sine waves: `python packaging/make_sounds.py`.

The files are kept in resources/sounds; this is how they came to be, so that nobody asks whose they
are. 16 bit, 22 050 Hz, one channel.
"""

import math
import struct
import wave
from pathlib import Path

RATE = 22_050
LOUD = 0.55
FADE_S = 0.008
SOUNDS: dict[str, tuple[tuple[float, float], ...]] = {
    "member": ((880.0, 0.07), (1318.5, 0.11)),
    "closed": ((659.3, 0.08), (880.0, 0.08), (1174.7, 0.16)),
    "warning": ((440.0, 0.16),),
    "error": ((220.0, 0.14), (0.0, 0.05), (196.0, 0.20)),
    "double": ((988.0, 0.05), (0.0, 0.04), (988.0, 0.05)),
}
"""Name -> (hertz, seconds) one after the other; 0 Hz is silence."""


def samples(pieces: tuple[tuple[float, float], ...]) -> list[int]:
    """Sine waves with soft ends, so that nothing clicks."""
    found = []
    for hertz, seconds in pieces:
        count = round(RATE * seconds)
        for n in range(count):
            edge = min(1.0, n / (RATE * FADE_S), (count - n) / (RATE * FADE_S))
            value = math.sin(2 * math.pi * hertz * n / RATE) * edge * LOUD
            found.append(round(value * 32_767))
    return found


def main() -> None:
    folder = Path(__file__).parent.parent / "resources" / "sounds"
    for name, pieces in SOUNDS.items():
        told = samples(pieces)
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(struct.pack(f"<{len(told)}h", *told))


if __name__ == "__main__":
    main()
