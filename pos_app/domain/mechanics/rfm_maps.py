"""Names for RFM scores: two published maps, as data. Never a rule over them.

`map_125` names each of 5 x 5 x 5 scores, `map_25` each of recency x FM (the mean of frequency and
money, half up). Facts; rows are recency 1 to 5.
"""

from types import MappingProxyType

SCORES = 5
_NAMES_125 = {
    "C": "Champions",
    "L": "Loyal",
    "P": "Potential Loyalists",
    "N": "New Customers",
    "O": "Promising",
    "A": "Need Attention",
    "S": "About to Sleep",
    "K": "Cannot Lose Them",
    "R": "At Risk",
    "H": "Hibernating",
    "X": "Lost",
}
_NAMES_25 = {
    "C": "Champions",
    "L": "Loyal Customers",
    "P": "Potential Loyalist",
    "N": "Recent Customers",
    "O": "Promising",
    "A": "Customers Needing Attention",
    "S": "About To Sleep",
    "K": "Can't Lose Them",
    "R": "At Risk",
    "H": "Hibernating",
    "X": "Lost",
}
_ROWS_125 = (  # in a row: money 1 to 5 for frequency 1, then for 2, to 5
    "XXKKK XHHRR XHRRR XRRKR XRRKK",
    "HHSKK SHHRR HHHRR HRRRR HRRRR",
    "NSOOO SHPAA SHPAL PPALL PPPLL",
    "NNOOO NNPOO PPPAL PPALC PPPCC",
    "NNOOO OOOOO PPPAA PPLCC PPPCC",
)
_ROWS_25 = ("XHRKK", "SAARR", "OAPLL", "OPPLC", "NPLCC")


def _map_125() -> dict[tuple[int, ...], str]:
    rows = [row.replace(" ", "") for row in _ROWS_125]
    return {
        (r, f, m): _NAMES_125[rows[r - 1][(f - 1) * SCORES + m - 1]]
        for r in range(1, SCORES + 1)
        for f in range(1, SCORES + 1)
        for m in range(1, SCORES + 1)
    }


def _map_25() -> dict[tuple[int, ...], str]:
    return {
        (r, fm): _NAMES_25[letter]
        for r, row in enumerate(_ROWS_25, start=1)
        for fm, letter in enumerate(row, start=1)
    }


MAP_125, MAP_25 = "map_125", "map_25"
MAPS = MappingProxyType({MAP_125: _map_125(), MAP_25: _map_25()})
"""Map -> scores -> name: (recency, frequency, money), or (recency, FM)."""


def names_in(map_name: str) -> frozenset[str]:
    """All names of a map. KeyError for an unknown map."""
    return frozenset(MAPS[map_name].values())


def cells(map_name: str, name: str) -> frozenset[tuple[int, ...]]:
    """The scores that a map calls so."""
    return frozenset(cell for cell, called in MAPS[map_name].items() if called == name)
