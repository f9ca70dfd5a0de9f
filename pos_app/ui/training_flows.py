"""Training begins and ends by one entry of the menu, by whoever may. Never a rule."""

from pos_app.ui.desk import Desk


def training(desk: Desk) -> None:
    """On if it is off, off if it is on; somebody else's PIN where the right is wanting."""
    on = not desk.view.training
    answer = desk.attempt(lambda who: desk.till.train(on, override=who))
    if answer.ok:
        desk.close_ask()
        desk.turn_to(None)
