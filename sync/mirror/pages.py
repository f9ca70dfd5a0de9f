"""A mirror's pages as SQLCipher keeps them, written in one pass. Never two pages under one IV.

A snapshot travels plain inside its transport seal (a sealed page does not compress: seven times
the bytes) and leaves room at the end of each page. The till seals page after page under its own
key while it unpacks: nothing readable touches its disk, and no second copy is made.
Source: SQLCipher 4 (page = IV, AES-256-CBC, HMAC over ciphertext, IV and page number); a mirror
uses HMAC-SHA256, see `pos_app.storage.connect.MIRROR_HMAC`.
"""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from pos_app.gear.secrets import random_bytes

PAGE_BYTES = 4096
IV_BYTES, HMAC_BYTES, SALT_BYTES = 16, 32, 16
RESERVED_BYTES = IV_BYTES + HMAC_BYTES
CONTENT_BYTES = PAGE_BYTES - RESERVED_BYTES
ROOM_BYTES = 16
"""So much longer than the pages is the place they are enciphered into (the cipher asks for it)."""
MAGIC = b"SQLite format 3\0"
_SALT_MASK, _KDF_ROUNDS = 0x3A, 2
_AFTER_NUMBER = HMAC_BYTES - 4
_RESERVED_AT, _TREE_AT, _CONTENT_AT, _LEAF = 20, 100, 105, 0x0D


def make_room(path: Path) -> None:
    """An empty database whose pages keep RESERVED_BYTES free at their end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA user_version=1")
        connection.execute("PRAGMA user_version=0")
    page = bytearray(path.read_bytes())
    if len(page) != PAGE_BYTES or page[_TREE_AT] != _LEAF:
        raise ValueError("an empty database is one empty leaf")
    page[_RESERVED_AT] = RESERVED_BYTES
    page[_CONTENT_AT : _CONTENT_AT + 2] = CONTENT_BYTES.to_bytes(2, "big")
    path.write_bytes(page)


def has_room(first_page: bytes | bytearray) -> bool:
    """Whether a database that begins so can be sealed page by page."""
    size = int.from_bytes(first_page[16:18], "big")
    return (
        first_page.startswith(MAGIC)
        and size == PAGE_BYTES
        and first_page[_RESERVED_AT] == RESERVED_BYTES
    )


class PageSealer:
    """Pages in order, from the first, under a raw key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._salt = random_bytes(SALT_BYTES)
        mask = bytes(one ^ _SALT_MASK for one in self._salt)
        mac_key = hashlib.pbkdf2_hmac("sha512", key, mask, _KDF_ROUNDS, len(key))
        self._mac = HMAC(mac_key, SHA256())
        self._iv = bytearray(random_bytes(IV_BYTES))
        # One CBC chain over all pages and the room at their ends: the IV of a page is the last
        # block of that room in the page before, which is overwritten and known to nobody.
        self._chain = Cipher(algorithms.AES(key), modes.CBC(self._iv)).encryptor()
        self._enciphered = self._signed = 0

    def seal(self, pages: bytes) -> bytes:
        """The next whole pages; ValueError for a part of one."""
        out = bytearray(len(pages) + ROOM_BYTES)
        self.encipher(pages, out)
        self.sign(out, len(pages))
        return bytes(memoryview(out)[: len(pages)])

    def encipher(self, pages: bytes | memoryview, out: bytearray) -> None:
        """The next whole pages into `out`, which has ROOM_BYTES more; ValueError for a part of one.

        They are SQLCipher's after `sign`, which another thread may do meanwhile, in their order.
        """
        if len(pages) % PAGE_BYTES:
            raise ValueError("whole pages")
        skipped = 0
        if not self._enciphered and pages:
            out[:SALT_BYTES], skipped = self._salt, SALT_BYTES
        self._chain.update_into(memoryview(pages)[skipped:], memoryview(out)[skipped:])
        self._enciphered += len(pages) // PAGE_BYTES

    def sign(self, out: bytearray, size: int) -> None:
        """IV, page number and HMAC into the room of each page of the `size` bytes in `out`."""
        whole, iv, number, fresh = memoryview(out), self._iv, self._signed, self._mac.copy
        begin = 0 if number else SALT_BYTES
        for end in range(PAGE_BYTES, size + 1, PAGE_BYTES):
            following = out[end - IV_BYTES : end]
            number += 1
            # HMAC covers ciphertext, IV and number: the number stands where the HMAC then goes.
            out[end - RESERVED_BYTES : end - _AFTER_NUMBER] = iv + number.to_bytes(4, "little")
            mac = fresh()
            mac.update(whole[begin : end - _AFTER_NUMBER])
            out[end - HMAC_BYTES : end] = mac.finalize()
            begin, iv = end, following
        self._iv, self._signed = iv, number
