"""How `till.db` is numbered: its version, and where an event lies. Never a query.

`place` packs (incarnation, seq) into one integer, so that a chain is dense, ordered and found by
the rowid.
"""

APPLICATION_ID = 0x4B50544C  # "KPTL"
SCHEMA_VERSION = 3
SEQ_BITS = 40
SEQ_MASK = (1 << SEQ_BITS) - 1


def place_of(incarnation: int, seq: int) -> int:
    """The row number of an event: incarnations follow each other, sequences are dense in each."""
    return incarnation << SEQ_BITS | seq
