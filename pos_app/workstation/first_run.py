"""The first start of a till, step by step: language, server and code, goods, printer, ready.

A shop unpacks a new till and reads the code of the server to it. It says what it does, and what is
wrong in one sentence; switched off in the middle it goes on where it was. Never a screen, never a
network: hands do it. Without a server there is no till: it knows neither goods nor cashiers.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.first_pages import (
    PLACES,
    TYPED,
    Choice,
    Known,
    Progress,
    SetupHands,
    SetupView,
    State,
    Step,
)
from pos_app.workstation.first_printer import FirstPrinter
from pos_app.workstation.ports import Reply

AGAIN_MS = 5_000
BACKED = frozenset({Step.SERVER, Step.CODE, Step.ADDRESS, Step.STRIP})
LANGUAGES = (("ru", "Русский"), ("en", "English"))
CODE_LENGTH = 8
TOLD = frozenset(
    {"lost", "not_admitted", "outdated", "server_failed", "busy", "memory", "storage", "fenced"}
)
"""Troubles that have a sentence of their own; of the others the detail is said."""


def server_url(text: str) -> str | None:
    """The address as a URL; None when it is none. Without a scheme: https, but http to a number
    of the shop's own network or to this machine."""
    text = text.strip()
    if text and "://" not in text:
        host = text.partition(":")[0]
        own = host == "localhost" or host.replace(".", "").isdigit()
        text = f"{'http' if own else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return text.rstrip("/") if fits and not any(sign.isspace() for sign in text) else None


class Setup:
    """The pages one after the other. `on_change` is told to look at `view` again."""

    def __init__(self, hands: SetupHands, known: Known) -> None:
        self._hands, self._known = hands, known
        self._language = known.language or "ru"
        self._server, self._code = known.server, ""
        self.state = State(Step.LANGUAGE)
        self.on_change: Callable[[], None] = lambda: None
        self.on_done: Callable[[], None] = lambda: None
        self._pending: Callable[[], None] | None = None
        self._restarts = hands.restarts()
        self._again_at_ms: int | None = None
        self._asked = 0
        self._printer = FirstPrinter(self, hands)
        self._begin()

    def _begin(self) -> None:
        if self._known.language is None:
            self.turn(Step.LANGUAGE)
        else:
            self._after_language()

    def _after_language(self) -> None:
        if not self._known.store:
            self.turn(Step.SERVER, typed=self._server)
        elif not self._known.is_loaded:
            self._load()
        else:
            self._printer.begin()

    # ---- what a screen asks
    def view(self) -> SetupView:
        """The present page."""
        state = self.state
        return SetupView(
            step=state.step,
            language=self._language,
            place=PLACES[state.step],
            choices=self._languages() if state.step is Step.LANGUAGE else state.choices,
            typed=state.typed if state.step in TYPED else None,
            said=state.said,
            is_wrong=state.is_wrong,
            is_busy=self._pending is not None,
            progress=state.progress if state.step is Step.LOADING else None,
            server=self._server,
            store=self._known.store,
            till=self._known.till,
        )

    def _languages(self) -> tuple[Choice, ...]:
        return tuple(Choice(code, name, icon="languages") for code, name in LANGUAGES)

    # ---- gestures
    def choose(self, place: int) -> None:
        """One of the choices, counted from 0."""
        choices = self.view().choices
        if self._pending is not None or not 0 <= place < len(choices):
            return
        value = choices[place].value
        if self.state.step is Step.LANGUAGE:
            self._language = value
            self._hands.remember(language=value)
            self._after_language()
        else:
            self._printer.choose(value)

    def write(self, text: str) -> None:
        """What the field holds now; a mistake that was said is not said of other words."""
        self.state.typed = text
        if self.state.is_wrong:
            self.state.said, self.state.is_wrong = None, False
            self.on_change()

    def submit(self) -> None:
        """Enter."""
        if self._pending is not None:
            return
        submits = {
            Step.SERVER: self._take_server,
            Step.CODE: self._take_code,
            Step.LOADING: self._load,
            Step.ADDRESS: lambda: self._printer.address(self.state.typed),
            Step.READY: self._finish,
        }
        submits.get(self.state.step, lambda: None)()

    def back(self) -> None:
        """Esc: one page back as far as nothing is done yet; what is enrolled stays enrolled."""
        if self._pending is not None:
            return
        if self.state.step is Step.SERVER:
            self.turn(Step.LANGUAGE)
        elif self.state.step is Step.CODE:
            self.turn(Step.SERVER, typed=self._server)
        elif self.state.step in (Step.ADDRESS, Step.STRIP):
            self._printer.begin()

    def can_go_back(self) -> bool:
        """Whether Esc means something here."""
        return self._pending is None and self.state.step in BACKED

    def tick(self, now_ms: int) -> None:
        """A helper that died is asked again; loading tries again by itself."""
        if self._hands.restarts() != self._restarts:
            self._restarts = self._hands.restarts()
            if self._pending is not None:
                self._pending()
        if self._again_at_ms == 0:
            self._again_at_ms = now_ms + AGAIN_MS
        elif self._again_at_ms is not None and now_ms >= self._again_at_ms:
            self._load()

    def heard(self, event: Mapping[str, Any]) -> None:
        """What the helper says while it works."""
        if event.get("event") == "progress" and self.state.step is Step.LOADING:
            self.state.progress = Progress(int(event["here"]), int(event["whole"]))
            self.on_change()

    # ---- pages
    def turn(self, step: Step, *, typed: str = "", choices: tuple[Choice, ...] = ()) -> None:
        """Another page, with nothing said yet."""
        self.state = State(step, typed, choices)
        self.on_change()

    def tell(self, said: Sentence | None, *, is_wrong: bool = True) -> None:
        """A line on the present page."""
        self.state.said, self.state.is_wrong = said, is_wrong and said is not None
        self.on_change()

    def wait(self, again: Callable[[], None] | None) -> None:
        """Something is going on (`again` starts it anew when its helper dies), or is over."""
        self._pending = again
        self.on_change()

    def ready(self) -> None:
        """The last page."""
        self.turn(Step.READY)

    def _take_server(self) -> None:
        url = server_url(self.state.typed)
        if url is None:
            self.tell(say("first.wrong_address"))
            return
        self._server = url
        self.turn(Step.CODE, typed=self._code)

    def _take_code(self) -> None:
        code = self.state.typed.replace(" ", "").replace("-", "").upper()
        if len(code) != CODE_LENGTH:
            self.tell(say("first.code_length", n=CODE_LENGTH))
            return
        self._code = code
        # Before it is a till: one that is cut right after that comes back to this assistant.
        self._hands.remember(server=self._server, is_finished=False)
        self.tell(say("first.enrolling"), is_wrong=False)
        self._ask("enrol", {"server": self._server, "code": code}, self._enrolled)

    def _enrolled(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self.tell(self._trouble(reply, "first.enrol"))
            return
        self._code = ""
        self._known = Known(self._language, self._server, str(reply["store"]), str(reply["till"]))
        self._load()

    def _load(self) -> None:
        self._again_at_ms = None
        progress = self.state.progress
        self.turn(Step.LOADING)
        self.state.progress = progress
        self._ask("load", {"server": self._server}, self._loaded)

    def _loaded(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self._again_at_ms = 0
            self.tell(self._trouble(reply, "first.load"))
        elif not reply["operators"]:
            self._again_at_ms = 0
            self.tell(say("first.no_operators"))
        else:
            self._printer.begin()

    def _finish(self) -> None:
        self._hands.remember(is_finished=True)
        self.on_done()

    # ---- the helper
    def _ask(self, do: str, fields: Mapping[str, Any], on_reply: Reply) -> None:
        self._asked += 1
        number = self._asked

        def answered(reply: Mapping[str, Any]) -> None:
            if number == self._asked:
                self._asked += 1
                self.wait(None)
                on_reply(reply)

        def begin() -> None:
            self._hands.ask(do, fields, answered)

        self.wait(begin)
        begin()

    def _trouble(self, reply: Mapping[str, Any], where: str) -> Sentence:
        code = str(reply["error"])
        if code not in TOLD:
            return say(f"{where}.other", why=str(reply.get("detail") or code))
        return say(f"{where}.{code}", server=self._server)
