"""The invariants I1 to I11, read from the disks by plain SQL. Never asks the product's rules.

What each till's disk says was sold is the truth; the server must tell the same. Stars of
fault-tests.md (★) are looked at while the run goes on (`watching`), the rest when everything has
come to rest.
"""

import hashlib
import json
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlcipher3 import dbapi2

from sync.server.watch.doctor import examine
from tests.simulation.disks import (
    SEQ_BITS,
    ServerFile,
    at_rest,
    batches,
    by_hand,
    chain_of,
    entries_of,
    events_on,
    grants_on,
    quarantined,
    sales_on,
    sold_before,
    till_rows,
)
from tests.simulation.watching import starred
from tests.sync.client import virtual

DOCTOR_EVERY = 10
OUTCOMES = ("posted", "exists")


def judge(world: Any) -> list[str]:
    """Every invariant that does not hold, in words that begin with its number."""
    found: list[str] = []
    with closing(ServerFile(world.server)) as file:
        found += starred(file)
        found += _sales(world, file)
        found += _entries(world, file)
        found += _overdrafts(world, file)
        found += _gift_cards(world, file)
        found += _coupons(file)
        found += _clocks(world)
        found += _rights(world, file)
        found += _mirrors(world, file)
        found += _chains(world, file)
        found += _queues(world, file)
        found += _shown(world, file)
    found += _offered_again(world)
    found += _whole_files(world)
    found += [f"doctor: {one}" for one in _doctor(world)]
    return found


def _doctor(world: Any) -> list[str]:
    server = world.server.server
    if world.plan.seed % DOCTOR_EVERY:
        return []  # 256 buckets, table by table: as much as the run itself
    return [] if server is None else server.database.read_now(lambda c: list(examine(c)))


def _sales(world: Any, file: ServerFile) -> list[str]:
    """I1: every sale of every disk once, with its amounts; no sale of nowhere; every paper."""
    found = []
    stored: dict[str, Any] = {}
    for one, net, payable, document in file.rows("SELECT id, net, payable, document FROM sale"):
        if one in stored:
            found.append(f"I1 sale {one} is stored twice")
        stored[one] = (net, payable, json.loads(document))
    on_disks: dict[str, Any] = {}
    for till in [*world.retired, *world.tills]:
        on_disks.update(sales_on(till.folder))
    before = sold_before(world)
    waiting = quarantined(file)
    for one, document in on_disks.items():
        if one not in stored:
            if one not in waiting:
                found.append(f"I1 lost sale {one} of {document['terminal'][:6]}")
            continue
        net, payable, told = stored[one]
        ours = (document["totals"]["net"], document["totals"]["payable"])
        if (net, payable) != ours or told["lines"] != document["lines"]:
            found.append(f"I1 sale {one}: the till sold {ours}, the server has {(net, payable)}")
    for one in stored:
        if one not in on_disks and one not in before and one not in world.born:
            found.append(f"I1 sale {one} was never sold")
    if not {"restore", "clone", "old_backup"} & world.marked:
        gone = [p for p in world.papers if p.transaction not in stored]
        found += [f"I1 the paper {p.receipt} of {p.till} is nowhere" for p in gone]
        found += [f"I1 lost sale {one}" for one in sorted(before - {*on_disks, *stored, *waiting})]
    return found


def _entries(world: Any, file: ServerFile) -> list[str]:
    """I1 and I2: each entry of each receipt is in the ledger once, with its points."""
    ledger = {one: points for one, points in file.rows("SELECT id, points FROM ledger")}
    stored = {one for (one,) in file.rows("SELECT id FROM sale")}
    found = []
    for till in world.tills:
        for one, document in sales_on(till.folder).items():
            found += entries_of(document, file, ledger) if one in stored else []
    return found + by_hand(world, file, ledger)


def _overdrafts(world: Any, file: ServerFile) -> list[str]:
    """I3: what was redeemed was there, returns and expiry apart, unless marked as a risk.

    A server that went back in time is told what happened in another order: there the sum counts.
    """
    if {"clone"} & world.marked or _lost_on_both_sides(world, file):
        return []
    at_the_end = "fail_over" in world.marked
    unsecured: Counter[str] = Counter()
    for (text,) in file.rows("SELECT document FROM sale"):
        document = json.loads(text)
        if document.get("unsecured"):
            unsecured[document.get("member") or ""] += document["unsecured"]
    found = []
    sums: Counter[str] = Counter()
    told = set()
    for member, kind, points, effect in file.rows(
        "SELECT member, kind, points, effect FROM ledger ORDER BY member, pos"
    ):
        if effect > 0 or kind in ("redeem", "adjust") or (kind == "reverse" and effect > 0):
            sums[member] += effect
        below = sums[member] + unsecured[member] < 0
        if below and member not in told and not at_the_end:
            told.add(member)
            found.append(f"I3 {member} was overdrawn by {-sums[member]} (at {points})")
    ends = sums if at_the_end else {}
    found += [f"I3 {m} is overdrawn by {-n}" for m, n in ends.items() if n + unsecured[m] < 0]
    return found


def _lost_on_both_sides(world: Any, file: ServerFile) -> bool:
    """Whether a till's disk and the server both went back, and a receipt is on neither any more.

    Points or a gift card that it brought may have been spent elsewhere: nobody can know of them.
    """
    if not {"restore", "fail_over"} <= world.marked:
        return False
    stored = {one for (one,) in file.rows("SELECT id FROM sale")} | quarantined(file)
    return any(paper.transaction not in stored for paper in world.papers)


def _gift_cards(world: Any, file: ServerFile) -> list[str]:
    """I3 of gift cards: never below zero but for what was marked as a risk."""
    if {"clone"} & world.marked or _lost_on_both_sides(world, file):
        return []
    sums: Counter[str] = Counter()
    for card, amount, entry in file.rows("SELECT card, amount, entry FROM gift_card_entry"):
        sums[card] += amount + json.loads(entry).get("unsecured", 0)
    return [f"I3 gift card {card} is at {left}" for card, left in sums.items() if left < 0]


def _coupons(file: ServerFile) -> list[str]:
    """I3 of coupons: no code is used more often than it may be, but for what is before a person."""
    uses: Counter[str] = Counter()
    for (text,) in file.rows("SELECT document FROM sale"):
        for use in json.loads(text).get("coupons", ()):
            if use["key"] and not use.get("at_risk"):
                uses[use["key"]] += USES.get(use.get("deed", "used"), 0)
    told = {text for (text,) in file.rows("SELECT detail FROM conflict")}
    return [
        f"I3 coupon {key} was used {count} times"
        for key, count in uses.items()
        if count > 1 and not any(key in line for line in told)
    ]


USES = {"used": 1, "restored": -1}
EARLIEST = virtual.START - timedelta(hours=6)
"""The server's own clock is set back by five hours at most."""


def _clocks(world: Any) -> list[str]:
    """P5: whatever a till's clock said, it sold into no day that it had left behind."""
    return [
        f"P5 {till.name} sold {one} at {document['at']} for {document['business_on']}"
        for till in world.tills
        for one, document in sales_on(till.folder).items()
        if datetime.fromisoformat(document["at"]) < EARLIEST
        or document["business_on"] < EARLIEST.date().isoformat()
    ]


def _rights(world: Any, file: ServerFile) -> list[str]:
    """I4: what tills may spend is what the server keeps for them."""
    found = []
    for till in world.tills:
        terminal = till.terminal_id
        chain = chain_of(till.folder)
        held = grants_on(till.folder, chain["incarnation"])
        kept = {
            grant: left
            for grant, left in file.rows(
                "SELECT grant_id, granted - spent - returned FROM allowance WHERE terminal = ? "
                "AND incarnation >= ?",
                terminal,
                # What a former machine may still spend is kept until its lease is over.
                chain["incarnation"] if "clone" in world.marked else 0,
            )
            if left > 0
        }
        for grant in sorted({*held, *kept}):
            if held.get(grant, 0) != kept.get(grant, 0):
                found.append(
                    f"I4 {till.name} grant {grant}: {held.get(grant, 0)} at the till, "
                    f"{kept.get(grant, 0)} at the server"
                )
    return found


def _mirrors(world: Any, file: ServerFile) -> list[str]:
    """I5: each scope of each mirror is the server's, at head."""
    found = []
    heads = {scope: seq for scope, seq in file.rows("SELECT scope, seq FROM feed_head")}
    theirs: dict[str, dict[Any, Any]] = {}
    for scope, kind, one, ver, body in file.rows(
        "SELECT scope, kind, id, ver, body FROM feed_row WHERE deleted = 0"
    ):
        theirs.setdefault(scope, {})[kind, one] = (ver, json.loads(body))
    for till in world.tills:
        generation = till_rows(
            till.folder / "till.db", "SELECT v FROM meta WHERE k = 'mirror_generation'"
        )
        path = till.folder / f"mirror-{int(generation[0][0]) if generation else 0}.db"
        if not path.exists():
            found.append(f"I5 {till.name} has no mirror")
            continue
        own = f"t:{till.terminal_id}"
        cursors, ours = _mirror(path)
        wanted = [s for s in heads if s[0] == "m" or s in ("catalog", "program", "operators")]
        for scope in [*wanted, f"settings:{till.store}", own]:
            if cursors.get(scope, 0) != heads.get(scope, 0):
                found.append(
                    f"I5 {till.name} {scope}: at {cursors.get(scope, 0)} of {heads.get(scope, 0)}"
                )
            mine, right = ours.get(scope, {}), theirs.get(scope, {})
            if scope == own:
                mine = {key: row for key, row in mine.items() if key in right}
            odd = [k for k in sorted({*mine, *right}) if not _same(mine.get(k), right.get(k))]
            if odd:
                found.append(f"I5 {till.name} {scope}: {len(odd)} rows differ, {odd[0]}")
    return found


SEALED = ("sealed", "display_name")


def _same(mine: Any, right: Any) -> bool:
    """Version and body; what is personal lies sealed at the server and open at the till."""
    if mine is None or right is None or mine[0] != right[0]:
        return False
    if "sealed" not in right[1]:
        return bool(mine[1] == right[1])
    return all(mine[1].get(k) == v for k, v in right[1].items() if k not in SEALED)


def _mirror(path: Path) -> tuple[dict[str, int], dict[str, dict[Any, Any]]]:
    with closing(dbapi2.connect(str(path))) as connection:
        names = dict(connection.execute("SELECT n, text FROM name").fetchall())
        cursors = {names[n]: c for n, c in connection.execute("SELECT n, cursor FROM scope")}
        rows: dict[str, dict[Any, Any]] = {}
        for scope, kind, one, ver, body in connection.execute(
            "SELECT scope, kind, id, ver, body FROM row WHERE body IS NOT NULL"
        ):
            key = (names[kind], _unpacked(one))
            rows.setdefault(names[scope], {})[key] = (ver, msgspec.json.decode(bytes(body)))
    return cursors, rows


def _unpacked(one: Any) -> str:
    if isinstance(one, bytes) and len(one) == 16:
        text = one.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return one if isinstance(one, str) else bytes(one).decode()


def _link(previous: bytes, seq: int, one: str, kind: str, body: bytes) -> bytes:
    """The chain's rule, written down a second time."""
    return hashlib.sha256(previous + f"{seq}\n{one}\n{kind}\n".encode() + body).digest()


def _chains(world: Any, file: ServerFile) -> list[str]:
    """I6: dense, linked, the same on both sides."""
    found = []
    stored: dict[tuple[str, int], dict[int, str]] = {}
    for terminal, incarnation, seq, digest in file.rows(
        "SELECT terminal, incarnation, seq, hash FROM event"
    ):
        stored.setdefault((terminal, incarnation), {})[seq] = digest
    for key, hashes in stored.items():
        if sorted(hashes) != list(range(1, len(hashes) + 1)):
            found.append(f"I6 the server's chain of {key[0][:6]}/{key[1]} has gaps")
    for terminal, incarnation, batch in batches(file, "'queued', 'posted'"):
        hashes = stored.get((terminal, incarnation), {})
        for event in batch["events"]:
            if event["kind"] == "member_enrolled":
                continue  # sealed in the inbox: its hash is compared with the till's
            before = bytes.fromhex(hashes.get(event["seq"] - 1, "00" * 32))
            right = _link(before, event["seq"], event["id"], event["kind"], event["body"].encode())
            if event["seq"] in hashes and hashes[event["seq"]] != right.hex():
                found.append(f"I6 the server's chain breaks at {event['seq']}")
    for till in world.tills:
        found += _till_chain(till, stored)
    return found


def _till_chain(till: Any, stored: dict[tuple[str, int], dict[int, str]]) -> list[str]:
    chain = chain_of(till.folder)
    incarnation, found = chain["incarnation"], []
    previous, last = bytes(chain["pruned_hash"]), chain["pruned"]
    theirs = stored.get((till.terminal_id, incarnation), {})
    for place, one, kind, body, digest in events_on(till.folder):
        if place >> SEQ_BITS != incarnation:
            continue
        seq = place & (1 << SEQ_BITS) - 1
        if seq != last + 1 or _link(previous, seq, one, kind, body) != digest:
            return [f"I6 the chain of {till.name} breaks at {seq}"]
        if theirs.get(seq, digest.hex()) != digest.hex():
            found.append(f"I6 {till.name} and the server differ at {seq}")
        previous, last = digest, seq
    if last != chain["head"]:
        found.append(f"I6 {till.name}: the head is {chain['head']}, the last event {last}")
    return found


def _queues(world: Any, file: ServerFile) -> list[str]:
    """I9: nothing waits any more. I10: what was refused is before a person."""
    found = []
    for till in world.tills:
        if not at_rest(till):
            chain = chain_of(till.folder)
            trouble = till.said()
            found.append(
                f"I9 {till.name} is stuck: {chain['acked']} of {chain['head']} acknowledged, "
                f"frozen {chain['frozen']}, {trouble}"
            )
    if not posted_rows(file):
        found.append("I9 the inbox is not empty")
    parked = file.rows("SELECT id, reason FROM event WHERE outcome = 'parked'")
    lines = {event for (event,) in file.rows("SELECT event FROM conflict")}
    for one, reason in parked:
        found.append(f"I1 event {one} was parked: {reason}")
        if one not in lines:
            found.append(f"I10 the parked event {one} is before nobody")
    return found


def posted_rows(file: ServerFile) -> bool:
    return not file.rows("SELECT 1 FROM inbox WHERE state = 'queued' LIMIT 1")


def _shown(world: Any, file: ServerFile) -> list[str]:
    """I7: with nothing unsent, each till shows the server's balance."""
    balances = dict(file.rows("SELECT member, balance FROM account"))
    found = []
    for till in world.tills:
        for member, shown in till.balances().items():
            if balances.get(member) != shown:
                found.append(
                    f"I7 {till.name} shows {shown} for {member}, it is {balances.get(member)}"
                )
    return found


def _offered_again(world: Any) -> list[str]:
    """I1: what a disk has sold waits for nobody on it, neither put aside nor as cut short."""
    found = []
    for till in [*world.retired, *world.tills]:
        rows = till_rows(till.folder / "till.db", "SELECT transaction_id FROM suspended")
        paid = sorted({one for (one,) in rows} & set(sales_on(till.folder)))
        found += [f"I1 the paid receipt {one} is offered again at {till.name}" for one in paid]
    return found


def _whole_files(world: Any) -> list[str]:
    """I11."""
    found = []
    for till in world.tills:
        for path in [till.folder / "till.db", *till.folder.glob("mirror-*.db")]:
            said = till_rows(path, "PRAGMA quick_check")[0][0]
            if said != "ok":
                found.append(f"I11 {till.name} {path.name}: {said}")
    return found
