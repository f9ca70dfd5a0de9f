"""Every page of a till's first start, over a window that is there: for measuring and pictures."""

from pos_app.domain.sentence import say
from pos_app.ui.first_run_screen import FirstRunScreen
from pos_app.workstation.first_pages import Choice, Known, Progress, Step
from pos_app.workstation.first_run import Setup

MIB = 1024 * 1024
SERVER = "https://kopilka.example.ru:8765"
STORE, TILL = "Магазин «Копилка» на Ленина, 12", "Касса 3"


class QuietHands:
    """Hands that never answer."""

    def restarts(self):
        return 0

    def ask(self, do, fields, on_reply):
        self.waiting = on_reply

    def device(self, do, fields, on_reply, deadline_ms=10_000):
        self.waiting = on_reply

    def new_id(self):
        return "job"

    def font_path(self):
        return ""

    def remember(self, **what):
        self.kept = what


def _setup(window, *, enrolled=False) -> Setup:
    language = window.desk.settings.language
    names = (STORE, TILL) if enrolled else ("", "")
    return Setup(QuietHands(), Known(language, SERVER, *names, is_loaded=True))


def _cover(window, setup) -> None:
    """The page over the whole window; the till's own screen is kept out of sight."""
    window.kept = window.takeCentralWidget()
    window.kept.hide()
    screen = FirstRunScreen(window.look, setup, lambda: None)
    screen.setMinimumSize(1, 1)
    window.setCentralWidget(screen)
    screen.show()


def language(window):
    setup = _setup(window)
    setup.turn(Step.LANGUAGE)
    _cover(window, setup)


def server(window):
    setup = _setup(window)
    setup.write("это не адрес")
    setup.submit()
    _cover(window, setup)


def code(window):
    setup = _setup(window)
    setup.submit()
    setup.write("ABCD2345")
    setup.tell(say("first.enrol.lost", server=SERVER))
    _cover(window, setup)


def loading(window):
    setup = _setup(window, enrolled=True)
    setup.turn(Step.LOADING)
    setup.state.progress = Progress(117 * MIB, 340 * MIB)
    _cover(window, setup)


def loading_cut(window):
    setup = _setup(window, enrolled=True)
    setup.turn(Step.LOADING)
    setup.tell(say("first.load.lost", server=SERVER))
    _cover(window, setup)


def printer(window):
    setup = _setup(window, enrolled=True)
    setup.wait(None)
    way = ("file", "/dev/usb/lp0")
    setup.turn(
        Step.PRINTER,
        choices=(
            Choice(("present", "printer"), key="first.printer_present", detail="tcp 10.0.0.5",
                   icon="printer"),
            Choice(way, title="STMicroelectronics Receipt Printer TM-T20", detail="usb:04B8:0E15",
                   icon="printer"),
            Choice(("network", ""), key="first.printer_network", icon="wifi"),
            Choice(("later", ""), key="first.printer_later", icon="x"),
        ),
    )  # fmt: skip
    setup.tell(say("first.printer_silent", why="the device does not answer"))
    _cover(window, setup)


def address(window):
    setup = _setup(window, enrolled=True)
    setup.wait(None)
    setup.turn(Step.ADDRESS, typed="192.168.1.50:9100")
    _cover(window, setup)


def strip(window):
    setup = _setup(window, enrolled=True)
    setup.wait(None)
    lines = [
        f"{number} {codec}" for number in (7, 17, 34, 46, 59, 73) for codec in ("cp866", "cp1251")
    ]
    setup.turn(
        Step.STRIP,
        choices=(
            *(Choice(("line", one), title=one) for one in lines),
            Choice(("line", "none"), key="first.none_readable", icon="type"),
            Choice(("again", ""), key="first.print_again", icon="refresh-cw"),
        ),
    )
    _cover(window, setup)


def ready(window):
    setup = _setup(window, enrolled=True)
    setup.wait(None)
    setup.ready()
    _cover(window, setup)


FIRST_RUN = {
    "first_language": language,
    "first_server": server,
    "first_code": code,
    "first_loading": loading,
    "first_loading_cut": loading_cut,
    "first_printer": printer,
    "first_address": address,
    "first_strip": strip,
    "first_ready": ready,
}
