"""The catalogue of faults: what each of the 53 cases is, and which tests say that they are it.

A test belongs to a case when its docstring (or its module's) says "Case 26: ..." or "Cases 7 and
8: ...". A case without a test needs a line in WITHOUT that says why.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
SAYS = re.compile(r"\bCases? (\d+(?:(?:, | and )\d+)*)\b")
CASES = {
    1: "till killed at every point of a sale, redemption, refund, void and shift close",
    2: "power cut at every write of a sale",
    3: "a receipt is printed if and only if its row is durable",
    4: "two programs on one till.db",
    5: "window killed while the courier is in a transaction",
    6: "system suspended for hours in the middle of a request",
    7: "request lost, reply lost, both, at every request",
    8: "duplicates: at once, hours later, after a failover, after a restore",
    9: "an old batch after a newer one",
    10: "reply cut at every byte, garbage, wrong length, one byte a second",
    11: "captive portal, redirect, 401 with a full outbox, 413, 429, storms of 5xx",
    12: "one-way partition",
    13: "link flapping",
    14: "poison in the middle of a batch",
    15: "server killed between any two statements",
    16: "server restarted mid-batch; two processes on one database",
    17: "PostgreSQL: missed rows, long transactions, terminated backends, retries",
    18: "SQLite: busy, checkpoint starved by a long reader",
    19: "lossy failover: the server's image of a while ago",
    20: "server's disk full in mid-commit",
    21: "a known id with another body",
    22: "till's disk full at each write",
    23: "input/output error once and for ever",
    24: "bytes flipped in till.db, its log and the mirror",
    25: "log deleted, file read-only, file locked while a snapshot is swapped in",
    26: "old image restored, with and without spends since; image cloned onto a second machine",
    27: "mirror swapped while a look-up runs",
    28: "clock: a year on, a day back, 1970, frozen, drifting; month borders; ids from the past",
    29: "two dark tills spend the same balance",
    30: "refund at another till before the sale has arrived",
    31: "earned and spent on one dark till",
    32: "points expire while they are reserved",
    33: "card replaced, members merged while rights are out and events unsent",
    34: "programme changes between the sale and its upload",
    35: "a dead till's rights reclaimed, then it comes back",
    36: "gift card at two tills",
    37: "day closed with unsent events",
    38: "upgrade with a full outbox of every older body version",
    39: "killed at every step of a migration",
    40: "old till with new server, new till with old server",
    41: "unknown fields come back as they came",
    42: "downgrade refused with a clear word",
    43: "download broken anywhere; a newer snapshot meanwhile",
    44: "wrong checksum of one chunk; a decompression bomb",
    45: "a row edited a thousand times while a snapshot is built; deleted, made anew; scopes left",
    46: "cursor older than the tombstones",
    47: "silent damage of the mirror found and only its part repaired",
    48: "a hundred tills bootstrap at once",
    49: "an unsent body edited",
    50: "the outbox's tail deleted",
    51: "another till's batch replayed",
    52: "a stolen till revoked",
    53: "a move between two tills of a dark store: killed, replayed, late",
}
WITHOUT: dict[int, str] = {}


def numbers(text: str) -> set[int]:
    """The cases that a docstring names."""
    return {int(n) for found in SAYS.findall(text) for n in re.findall(r"\d+", found)}


def _told(tree: ast.Module) -> Iterator[tuple[str, set[int]]]:
    whole = numbers(ast.get_docstring(tree) or "")
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith(
            "test_"
        ):
            yield node.name, numbers(ast.get_docstring(node) or "") or whole


def by_case() -> dict[int, list[str]]:
    """Case -> `path::test`, sorted; every case is a key."""
    found: dict[int, list[str]] = {case: [] for case in CASES}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, cases in _told(ast.parse(path.read_text(encoding="utf-8"))):
            for case in cases & found.keys():
                found[case].append(f"{path.relative_to(TESTS.parent)}::{name}")
    return found
