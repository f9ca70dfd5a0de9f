"""A tobacco pack's marking code in the old form of tag 1162, for registrars before FFD 1.2.

Never for those of FFD 1.2: they take the code byte by byte as it was scanned.
Source: Shtrih-M's own tests, ids 15676420201 and 30591715886.
"""

from pos_app.domain.identification.check_digits import is_digits

PREFIX = b"\x44\x4d"
_GTIN, _SERIAL_AND_PRICE, _FIELD, _PACK = 14, 11, 13, 29


def tag_1162_of_tobacco(code: str) -> bytes:
    """444Dh, the GTIN as six bytes, serial and price padded with spaces to 13.

    `code` has 29 characters: GTIN, serial (7), price (4), check (4). ValueError for another.
    """
    gtin, rest = code[:_GTIN], code[_GTIN:]
    if len(code) != _PACK or not is_digits(gtin) or not code.isascii():
        raise ValueError("not the code of a tobacco pack")
    serial = rest[:_SERIAL_AND_PRICE].encode("ascii").ljust(_FIELD)
    return PREFIX + int(gtin).to_bytes(6, "big") + serial
