"""What the cashier sees besides the till's view: question, page, notice. Never holds a rule.

Everything here is plain data, so that a window can be rebuilt in another language, theme or size
at any moment, and so that flows are tested without a widget.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence, say
from pos_app.ui.hands import Hands
from pos_app.ui.said import LOUDNESS, SEEN_ANYWAY, Said, beside, both, but_paper, with_allowed
from pos_app.workstation.answer import ALL_PARTS, Answer, Part, Tone
from pos_app.workstation.till_port import Override, TillPort
from pos_app.workstation.view import TillView

NEEDS_OVERRIDE = frozenset({"needs_override", "clock_doubted", "needs_second_person"})
PIN_AGAIN = frozenset({"wrong_pin", "override_lacks_right"})
STAYS = frozenset({f"refused.{one}" for one in (*PIN_AGAIN, "discount_limit")})
"""Said together with what is to be allowed."""


class Own(Enum):
    """What may change on the desk itself, beside the parts of the till's view."""

    ASK = "ask"
    ROWS = "rows"
    CURSOR = "cursor"
    PAGE = "page"
    NOTICE = "notice"
    TYPED = "typed"
    LOOK = "look"
    LETTERS = "letters"


Change = Part | Own
EVERYTHING: frozenset[Change] = ALL_PARTS | frozenset(Own)


@dataclass(frozen=True, slots=True)
class Row:
    """One choice of a list: `title` and `detail` are words already, `value` is for the flow.
    `typed`: what else than its number names it in the field."""

    title: str
    detail: str = ""
    figure: str = ""
    value: Any = None
    icon: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the one field means until it is answered or left by Esc.

    `accept` gets the typed text; `pick` a chosen row; `first_key` may take a single key at once
    (True when it did). `place`: side (a panel beside), below (a list under the field), full.
    `scan`: where a scan answers it instead of selling; `toggle`: ticks a row by its number;
    `free`: what names no row of the list is for `accept`; `told`: whose hint it has, not its own.
    """

    name: str
    accept: Callable[[str], None]
    pad: str = ""
    masked: bool = False
    place: str = "side"
    pick: Callable[[Row], None] | None = None
    first_key: Callable[[str], bool] | None = None
    again: Callable[[], None] | None = None
    detail: Sentence | None = None
    scan: Callable[[bytes], None] | None = None
    toggle: Callable[[int], None] | None = None
    free: bool = False
    told: str = ""

    @property
    def title(self) -> str:
        """The key of its heading."""
        return f"ask.{self.name}.title"

    @property
    def hint(self) -> str:
        """The key of the line that says what to type."""
        return f"ask.{self.told or self.name}.hint"


@dataclass(frozen=True, slots=True)
class Page:
    """A document in place of the table. `kind`: report, trace, return, devices. `left` is called
    when it goes; `chosen`: how much of a line is marked on it."""

    kind: str
    content: Any
    left: Callable[[], None] | None = None
    chosen: dict[int, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the screen looks, speaks and sounds. `scale_percent`: 100, 125, 150; `volume`: 0-100;
    `chosen`: operator -> the language that they chose at this till; `letters`: on the screen for
    fingers."""

    language: str = "ru"
    theme: str = "light"
    scale_percent: int = 100
    volume: int = 100
    chosen: dict[str, str] = field(default_factory=dict)
    letters: bool = True


@dataclass(slots=True)
class _State:
    ask: Ask | None = None
    rows: tuple[Row, ...] = ()
    cursor: int = 0
    page: Page | None = None
    said: Said | None = None
    typed: str = ""
    dismissed: set[str] = field(default_factory=set)


class Desk:
    """The till's view, the state of the desk, and one listener a window needs."""

    def __init__(self, till: TillPort, settings: Settings | None = None) -> None:
        self.till = till
        self.settings = settings or Settings()
        self.view: TillView = till.view()
        self._state = _State()
        self.hands = Hands()
        self._listeners: list[Callable[[frozenset[Change]], None]] = []
        self.on_pushed: Callable[[Answer], None] = lambda answer: None
        self.on_heard: Callable[[Tone, str], None] = lambda tone, code: None
        self.on_settings: Callable[[Settings], None] = lambda settings: None
        till.subscribe(self._pushed)

    # ---- reading
    @property
    def ask(self) -> Ask | None:
        """The question the field is answering, if any."""
        return self._state.ask

    @property
    def rows(self) -> tuple[Row, ...]:
        """The choices on show."""
        return self._state.rows

    @property
    def cursor(self) -> int:
        """The index of the choice that Enter means."""
        return self._state.cursor

    @property
    def page(self) -> Page | None:
        """The document in place of the table."""
        return self._state.page

    @property
    def said(self) -> Said | None:
        """The line under the field; what is being allowed is in it as long as that is asked."""
        ask = self._state.ask
        allowed = ask.detail if ask is not None and ask.name == "override" else None
        return with_allowed(self._state.said, allowed)

    @property
    def typed(self) -> str:
        """The text of the field."""
        return self._state.typed

    def offer(self) -> Sentence | None:
        """One at a time, what is nearly reached first; a dismissed one is silent for this receipt,
        whatever amount is missing by then."""
        for sentence in (*self.view.hints, *self.view.offers):
            if _offer_id(sentence) not in self._state.dismissed:
                return sentence
        return None

    def money(self, minor: int) -> Money:
        """An amount of the till's currency as a sentence's argument."""
        return Money(minor, self.view.currency)

    # ---- telling
    def subscribe(self, listener: Callable[[frozenset[Change]], None]) -> None:
        """Be told what to repaint."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[frozenset[Change]], None]) -> None:
        """A window that is being rebuilt no longer listens."""
        self._listeners = [one for one in self._listeners if one is not listener]

    def emit(self, *changes: Change) -> None:
        """Tell the listeners."""
        for listener in tuple(self._listeners):
            listener(frozenset(changes))

    # ---- the till's answers
    def do(self, answer: Answer) -> Answer:
        """Take an answer in: the view if it changed, what was said, and tell the window."""
        changes: set[Change] = set(answer.changed)
        if answer.changed:
            before = self.view
            self.view = self.till.view()
            changes |= self._after(before)
        self._hear(answer)
        self.emit(*changes, Own.NOTICE)
        return answer

    def _pushed(self, answer: Answer) -> None:
        """What happened without a gesture; a change that says nothing leaves what was said."""
        said = self._state.said
        if answer.changed or answer.notices or answer.refusal or answer.data:
            self.do(answer)
            if said is not None and not answer.refusal and beside(answer):
                self._state.said = both(said, self._state.said)
                self.emit(Own.NOTICE)
            last = self.view.last_sale
            if Part.LAST_SALE in answer.changed and last and last.print_state == "printed":
                self._state.said = but_paper(self._state.said)
                self.emit(Own.NOTICE)
            self.on_pushed(answer)

    def _after(self, before: TillView) -> set[Change]:
        """A closed sale or another operator clears the desk; offers return with a new receipt."""
        old = before.transaction.id if before.transaction else None
        new = self.view.transaction.id if self.view.transaction else None
        if old != new:
            self._state.dismissed.clear()
        closed = before.transaction is not None and self.view.transaction is None
        moved = (before.operator is None) != (self.view.operator is None)
        page = self._state.page
        if not (closed or moved):
            if page is None or _length(self.view) <= _length(before):
                return set()
            self._state.page = None  # a line came from the scanner: it is not left under a page
            _leave(page)
            return {Own.PAGE}
        self._state.ask, self._state.page, self._state.rows = None, None, ()
        self._state.typed = ""
        _leave(page)
        return {Own.ASK, Own.PAGE, Own.TYPED, Own.ROWS}

    def _hear(self, answer: Answer) -> None:
        if answer.refusal is not None:
            self._state.said = Said((answer.refusal.text,), Tone.ERROR)
            self.on_heard(Tone.ERROR, answer.refusal.code)
            return
        if answer.notices:
            loudest = max(answer.notices, key=lambda one: LOUDNESS.index(one.tone))
            self.on_heard(loudest.tone, loudest.code)
        told = [one for one in answer.notices if one.code not in SEEN_ANYWAY]
        tone = max((one.tone for one in told), key=LOUDNESS.index, default=Tone.NEUTRAL)
        texts = tuple(one.text for one in told)
        self._state.said = Said(texts, tone) if texts else None

    def attempt(
        self, task: Callable[[Override | None], Answer], about: Sentence | None = None
    ) -> Answer:
        """A task that may need somebody else's right: asks for the PIN beside, never over, it.

        `about`: what is to be allowed, with its sum; else as the till tells it, else the right.
        """
        answer = self.do(task(None))
        if answer.refusal is not None and answer.refusal.code in NEEDS_OVERRIDE:
            right = str(answer.refusal.text.args.get("right", ""))
            self.ask_for_override(task, right, about or answer.data.get("deed"))
        return answer

    def ask_for_override(
        self,
        task: Callable[[Override | None], Answer],
        right: str = "",
        about: Sentence | None = None,
        people: Sequence[Row] = (),
        then: Callable[[], None] | None = None,
    ) -> None:
        """Choose who allows it, of those that may; then type that operator's PIN. Enter without
        one changes nothing, a wrong one may be typed again. `people`: who may, where the till has
        told it (a row without a value may not), else everybody with the right. `then` follows."""

        def accept(pin: str) -> None:
            if not self.rows or not pin:
                return
            person = self.rows[self.cursor]
            if person.value is None:  # said before anybody's PIN is looked at
                self.write("")
                self.tell("ui.may_not_allow", Tone.ERROR, name=person.title, why=person.detail)
                return
            self.close_ask()
            answer = self.do(task((person.value, pin)))
            if answer.refusal is not None and answer.refusal.code in PIN_AGAIN:
                self.ask_for_override(task, right, about, people, then)
            elif answer.ok and then is not None:
                then()

        listed = () if people else self.till.operators(right).data.get("operators", ())
        rows = [*people, *(Row(name, value=key) for key, name in listed)]
        told = about or (say("approve.right", right=say(f"right.{right}")) if right else None)
        self.open(Ask("override", accept, pad="digits", masked=True, detail=told), rows)
        if told is not None:  # the heading asks for permission, this says for what
            texts = self._state.said.texts if self._state.said else ()
            kept = tuple(one for one in texts if one.key in STAYS)
            self._state.said = Said(kept, Tone.ERROR) if kept else None
            self.emit(Own.NOTICE)

    # ---- the desk's own state
    def tell(self, key: str, tone: Tone = Tone.WARNING, **args: Any) -> None:
        """A line of the desk's own, e.g. that a number is not one."""
        self._state.said = Said((say(key, **args),), tone)
        self.emit(Own.NOTICE)

    def hush(self) -> None:
        """Take the line under the field away."""
        if self._state.said is not None:
            self._state.said = None
            self.emit(Own.NOTICE)

    def open(self, ask: Ask, rows: Sequence[Row] = (), cursor: int = 0, typed: str = "") -> None:
        """From now on the field answers this."""
        state = self._state
        if state.ask is None or state.ask.name != ask.name:
            self.hands.asked()
        state.ask, state.rows, state.cursor, state.typed = ask, tuple(rows), cursor, typed
        self.emit(Own.ASK, Own.ROWS, Own.TYPED)

    def close_ask(self) -> None:
        """The field is the field again."""
        if self._state.ask is not None:
            self._state.ask, self._state.rows, self._state.typed = None, (), ""
            self.emit(Own.ASK, Own.ROWS, Own.TYPED, Own.NOTICE)

    def show_rows(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Other choices for the same question (a list that narrows while typing)."""
        self._state.rows, self._state.cursor = tuple(rows), cursor
        self.emit(Own.ROWS)

    def point(self, index: int) -> None:
        """The choice that Enter means; kept within the list. Above rows to tick stands the field
        itself (-1): there Enter means what was typed."""
        if self._state.rows:
            ticked = self._state.ask is not None and self._state.ask.toggle is not None
            least = -1 if ticked else 0
            self._state.cursor = max(least, min(index, len(self._state.rows) - 1))
            self.emit(Own.CURSOR)

    def turn_to(self, page: Page | None) -> None:
        """A document in place of the table, or the table again."""
        before, self._state.page = self._state.page, page
        _leave(before)
        self.emit(Own.PAGE)

    def write(self, text: str) -> None:
        """The field's text, set by a pad or a gesture."""
        if text != self._state.typed:
            self._state.typed = text
            self.emit(Own.TYPED)

    def note_typed(self, text: str) -> None:
        """The field's text as somebody typed it: nothing to repaint but what depends on it."""
        self._state.typed = text

    def dismiss_offer(self) -> None:
        """Silent for this receipt."""
        offer = self.offer()
        if offer is not None:
            self._state.dismissed.add(_offer_id(offer))
            self.emit(Part.MEMBER)

    def speak_to_operator(self) -> None:
        """In the language that whoever signed on chose at this till; else in the one they have."""
        one, settings = self.view.operator, self.settings
        if one is not None:
            language = settings.chosen.get(one.id) or one.language or settings.language
            self.change_look(language=language)

    def change_look(self, **changes: Any) -> None:
        """Another language, theme, scale or volume, at once."""
        self.settings = replace(self.settings, **changes)
        self.on_settings(self.settings)
        self.emit(Own.LOOK)


def _offer_id(sentence: Sentence) -> str:
    """The same hint with another amount is the same hint."""
    name = sentence.args.get("name")
    return f"{sentence.key}/{name}" if name is not None else str(sentence)


def _length(view: TillView) -> int:
    return len(view.transaction.lines) if view.transaction else 0


def _leave(page: Page | None) -> None:
    if page is not None and page.left is not None:
        page.left()
