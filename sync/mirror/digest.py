"""How two sides tell that they hold the same rows: count and sum of hashes. Never a proof.

h(kind, id, ver) is BLAKE2b of `kind LF id LF ver`, eight bytes, big-endian, modulo 2^61; the sum is
modulo 2^61 too. It finds what was lost, doubled or left behind, not what somebody forged.
"""

from hashlib import blake2b

MODULUS = 1 << 61
_MASK = MODULUS - 1


def row_hash(kind: str, row_id: str, ver: int) -> int:
    """0 <= h < 2^61."""
    text = f"{kind}\n{row_id}\n{ver}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") & _MASK
