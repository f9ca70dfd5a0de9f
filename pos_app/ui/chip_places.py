"""Where a chip of points stands and which digit presses it: by its kind, whatever else is offered.

Hands learn the digits: what means "max" does not move when another choice comes or goes.
"""

from collections.abc import Sequence

from pos_app.workstation.view import Chip

PLACES = {"none": 0, "suggested": 1, "half": 2, "max": 3}
CHIPS = len(PLACES)
OF_ONES_OWN = (1, 2)
"""Where a number of one's own is shown when nothing else is there."""


def placed(chips: Sequence[Chip]) -> dict[int, Chip]:
    """Place -> chip; a place without one is empty."""
    found = {PLACES[one.kind]: one for one in chips if one.kind in PLACES}
    free = [place for place in OF_ONES_OWN if place not in found]
    own = [one for one in chips if one.kind not in PLACES]
    return {**found, **dict(zip(free, own, strict=False))}
