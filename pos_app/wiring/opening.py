"""The first thing a till's window does: paint. Everything else is loaded behind that.

Never knows a till; nothing heavy is imported before the first frame.
"""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.wiring.appearance import Appearance, first_look
from pos_app.wiring.place import Place
from pos_app.wiring.quick_start import loaded, plain_imports

if TYPE_CHECKING:
    from pos_app.ui.curtain import Curtain
    from pos_app.wiring.till import Till


def opened(place: Place, look: Appearance) -> "Curtain":
    """On the screen, in the colours of the last time. Qt alone is imported before `plain_imports`:
    it reads the source of whatever comes between them."""
    from pos_app.ui import first_qt

    plain_imports()
    first_qt.is_here()
    from pos_app.ui.curtain import Curtain

    curtain = Curtain(*first_look(place.data, look), fullscreen=look.fullscreen)
    curtain.paint_now()
    return curtain


def run(
    place: Place,
    look: Appearance,
    on_started: "Callable[[Till], None] | None" = None,
    on_painted: Callable[[], None] = lambda: None,
) -> int:
    """The window with a first frame at once; see `pos_app.wiring.window.run`."""
    gc.disable()  # what is loaded from here on stays: collecting it again and again is a tenth
    curtain = opened(place, look)
    on_painted()
    from pos_app.wiring.window import run as run_till

    def started(till: "Till") -> None:
        _collect_again()
        if on_started is not None:
            on_started(till)

    try:
        return run_till(place, look, started, curtain)
    finally:
        gc.enable()
        curtain.draw_back()


def _collect_again() -> None:
    """The program itself is not looked through again: later collections are short, and so are
    the stalls that they would be."""
    loaded()
    gc.enable()
