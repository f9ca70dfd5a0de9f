"""A reduction by the cashier's hand: percent or amount, its reason, who allows it. Never a rule."""

from collections.abc import Callable
from functools import partial

from pos_app.domain.money import Money
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Rate, Sentence, say
from pos_app.ui.desk import NEEDS_OVERRIDE, Ask, Desk, Row
from pos_app.ui.gestures import selected_line, to_minor
from pos_app.ui.phrases import words_of
from pos_app.ui.reason_flows import ask_reason
from pos_app.workstation.answer import Answer
from pos_app.workstation.goodwill import REASONS, Approver
from pos_app.workstation.till_port import Override

Give = Callable[[str, Override | None], Answer]
"""The till's gesture with a reason, by the operator's own right or somebody's."""


def discount(desk: Desk) -> None:
    """F7: percent of the selected line; F7 again: an amount instead. Never of what comes back."""
    if desk.view.transaction is not None and desk.view.transaction.kind == "return":
        desk.tell("refused.return_is_open")  # before anything is typed, not after
    else:
        again = partial(_ask_discount, desk, "discount_amount", None)
        _ask_discount(desk, "discount_percent", again)


def _ask_discount(desk: Desk, name: str, again: Callable[[], None] | None) -> None:
    line = selected_line(desk)
    if line is None:
        return
    till = desk.till

    def accept(text: str) -> None:
        minor = to_minor(desk, text)
        if minor is None:
            return
        desk.close_ask()
        if name == "discount_percent":
            given = partial(till.discount, line, percent=text.replace(",", "."))
            about = say("approve.discount_percent", percent=text, of=_of_line(desk, line))
        else:
            given = partial(till.discount, line, amount_minor=minor)
            about = say("approve.discount", amount=desk.money(minor), of=_of_line(desk, line))
        _give(desk, lambda reason, who: given(reason=reason, override=who), about)

    desk.open(Ask(name, accept, pad="amount", again=again))


def _of_line(desk: Desk, number: int) -> Money:
    """What the marked line costs now."""
    lines = desk.view.transaction.lines if desk.view.transaction else ()
    return desk.money(sum(one.amount_minor for one in lines if one.line == number))


def _give(desk: Desk, give: Give, about: Sentence) -> None:
    """Where the shop wants a reason it is chosen first: Enter alone is the one on top."""
    answer = _attempt(desk, partial(give, ""), about)
    if answer.refusal is not None and answer.refusal.code == "reason_needed":
        desk.hush()
        ask_reason(desk, REASONS, lambda why: _again(desk, partial(give, why), about))


def _again(desk: Desk, give: Callable[[Override | None], Answer], about: Sentence) -> None:
    _attempt(desk, give, about)


def _attempt(desk: Desk, give: Callable[[Override | None], Answer], about: Sentence) -> Answer:
    """The till says whose limit reaches so far, before anybody types a PIN."""
    answer = desk.do(give(None))
    people = answer.data.get("approvers", ())
    if people or (answer.refusal is not None and answer.refusal.code in NEEDS_OVERRIDE):
        rows = [_approver_row(desk, one) for one in people]
        desk.ask_for_override(give, Right.DISCOUNT.value, about, rows)
    return answer


def _approver_row(desk: Desk, one: Approver) -> Row:
    """Who may, with the limit; one whose limit is short stands below and cannot be chosen."""
    words = words_of(desk)
    limit = Rate(one.limit_ppm)
    if one.enough:
        return Row(one.name, figure=words.text("ui.up_to", limit=limit), value=one.id)
    return Row(one.name, words.text("ui.limit_short", limit=limit), icon="minus")
