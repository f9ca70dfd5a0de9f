"""States of a receipt that comes back: a forgotten card, and what its return says."""

from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import refused
from tests.ui.counter_samples import become


def a_receipt_without_its_card(window):
    become(window, transaction=None, member=None)
    window.desk.till.answers["credit_receipt"] = refused("credit_who")
    perform(window.desk, "forgotten_card")
    window.desk.ask.accept("A000017")


RETURNS = {
    "forgotten_card": lambda w: perform(w.desk, "forgotten_card"),
    "forgotten_card_whose": a_receipt_without_its_card,
}
