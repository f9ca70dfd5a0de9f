"""What stands under a line besides its prices: from each task that has to say something of it.

Never decides anything.
"""

from collections.abc import Callable

from pos_app.domain.sentence import Sentence
from pos_app.domain.transaction import LineItem
from pos_app.workstation import early, sell_gift_card
from pos_app.workstation.station import Station


def noting(station: Station) -> Callable[[LineItem], tuple[Sentence, ...]]:
    """For each line; the programme is asked for once, not per line."""
    of_early, of_cards = early.noting(station), sell_gift_card.noting(station)
    return lambda entered: (*of_early(entered), *of_cards(entered))
