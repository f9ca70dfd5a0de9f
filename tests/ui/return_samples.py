"""States of a receipt that comes back: a forgotten card, and what its return says."""

from dataclasses import replace

from pos_app.domain.quantity import Quantity
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import perform
from pos_app.ui.return_screen import ReturnPage
from pos_app.workstation.answer import done, refused
from pos_app.workstation.return_shown import BackSums, ReturnView
from tests.ui.builders import a_transaction
from tests.ui.counter_samples import become

WHOSE = ReturnView("A000017", "Константинопольская Мария С.", True, 300, 159)


def a_receipt_without_its_card(window):
    become(window, transaction=None, member=None)
    window.desk.till.answers["credit_receipt"] = refused("credit_who")
    perform(window.desk, "forgotten_card")
    window.desk.ask.accept("A000017")


def a_receipt():
    """A part of it is back already."""
    shown = replace(a_transaction(), phase="completed", returning=WHOSE)
    first, *rest = shown.lines
    back = replace(first, quantity=Quantity(0, first.quantity.unit), amount_minor=0)
    return replace(shown, lines=(back, *rest))


def choosing_lines(window):
    window.desk.till.answers["return_sums"] = done(back=BackSums(1_283_00, 300, 159))
    window.desk.turn_to(Page("return", a_receipt()))
    window.screen_shown.findChild(ReturnPage)._all()


def an_open_return(window, shown=WHOSE):
    become(window, transaction=replace(a_transaction(kind="return"), returning=shown), member=None)


RETURNS = {
    "return_chosen": choosing_lines,
    "return_open": an_open_return,
    "return_open_nobody": lambda w: an_open_return(w, ReturnView("A000017", "", False)),
    "return_bare": lambda w: an_open_return(w, ReturnView("", "", False, bare=True)),
    "forgotten_card": lambda w: perform(w.desk, "forgotten_card"),
    "forgotten_card_whose": a_receipt_without_its_card,
}
