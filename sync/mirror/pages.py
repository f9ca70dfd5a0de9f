"""A mirror's pages as SQLCipher keeps them, written in one pass. Never two pages under one IV.

A snapshot travels plain inside its transport seal (a sealed page does not compress: seven times
the bytes) and leaves room at the end of each page. The till seals page after page under its own
key while it unpacks: nothing readable touches its disk, and no second copy is made.
Source: SQLCipher 4 (page = IV, AES-256-CBC, HMAC over ciphertext, IV and page number); a mirror
uses HMAC-SHA256, see `pos_app.storage.connect.MIRROR_HMAC`.
"""

import hashlib
import hmac
import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pos_app.gear.secrets import random_bytes

PAGE_BYTES = 4096
IV_BYTES, HMAC_BYTES, SALT_BYTES = 16, 32, 16
RESERVED_BYTES = IV_BYTES + HMAC_BYTES
CONTENT_BYTES = PAGE_BYTES - RESERVED_BYTES
MAGIC = b"SQLite format 3\0"
_SALT_MASK, _KDF_ROUNDS = 0x3A, 2
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


def has_room(first_page: bytes) -> bool:
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
        self._hmac_key = hashlib.pbkdf2_hmac("sha512", key, mask, _KDF_ROUNDS, len(key))
        self._iv = random_bytes(IV_BYTES)
        # One CBC chain over all pages: the IV of a page is the last block of the page before.
        self._chain = Cipher(algorithms.AES(key), modes.CBC(self._iv)).encryptor()
        self._done = 0

    def seal(self, pages: bytes) -> bytes:
        """The next whole pages; ValueError for a part of one."""
        if len(pages) % PAGE_BYTES:
            raise ValueError("whole pages")
        count, plain = len(pages) // PAGE_BYTES, memoryview(pages)
        parts = [plain[at : at + CONTENT_BYTES] for at in range(0, len(pages), PAGE_BYTES)]
        first = self._done == 0 and count > 0
        if first:
            parts[0] = parts[0][SALT_BYTES:]
        sealed = memoryview(self._chain.update(b"".join(parts)))
        out: list[bytes | memoryview] = []
        at = 0
        for number, part in enumerate(parts, start=self._done + 1):
            body = sealed[at : at + len(part)]
            at += len(part)
            covered = b"".join((body, self._iv, number.to_bytes(4, "little")))
            out += [body, self._iv, hmac.digest(self._hmac_key, covered, hashlib.sha256)]
            self._iv = bytes(body[-IV_BYTES:])
        if first:
            out.insert(0, memoryview(self._salt))
        self._done += count
        return b"".join(out)
