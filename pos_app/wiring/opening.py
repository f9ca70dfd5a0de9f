"""The first thing a till's window does: paint. Everything else is loaded behind that.

Never knows a till; nothing heavy is imported before the first frame.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.ui.curtain import Curtain
from pos_app.wiring.appearance import Appearance, remembered
from pos_app.wiring.place import Place

if TYPE_CHECKING:
    from pos_app.wiring.till import Till


def opened(place: Place, look: Appearance) -> Curtain:
    """On the screen, in the language and colours of the last time."""
    curtain = Curtain(remembered(place.data, place.language, look), fullscreen=look.fullscreen)
    curtain.paint_now()
    return curtain


def run(
    place: Place,
    look: Appearance,
    on_started: "Callable[[Till], None] | None" = None,
    on_painted: Callable[[], None] = lambda: None,
) -> int:
    """The window with a first frame at once; see `pos_app.wiring.window.run`."""
    curtain = opened(place, look)
    on_painted()
    from pos_app.wiring.window import run as run_till

    try:
        return run_till(place, look, on_started, curtain)
    finally:
        curtain.draw_back()
