"""Who a member is, at the server: sealed, told to the member, and destroyed for good."""

import json
import re
import sqlite3
from contextlib import closing

import pytest

from pos_app.gear.secrets import PepperedPhoneHasher, seal
from sync.server.command_line.cli import main
from sync.server.command_line.personal_commands import erase
from sync.server.engine import keys as key_store
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import (
    account,
    inbox,
    ledger,
    member,
    member_key,
    meta,
    metadata,
    personal_log,
    sale,
    sealed_event,
)
from sync.server.lives.secrets_outside import (
    KEYS_VARIABLE,
    erase_again,
    erased_list,
    key_path,
    settled,
)
from sync.server.members.erasure import Deed, tell_member, withdraw_consent
from sync.server.members.member_import import import_members
from sync.server.sealing.profiles import decrypt
from sync.server.sealing.vault import taken_out
from sync.server.watch.doctor import examine
from sync.wire.codec import inflate, unpack
from sync.wire.messages import PushRequest

PHONE, NAME, LAST, CITY = "+79261234567", "Ефросиния", "Заозёрная", "Мышкин"
CARD, GUEST_CARD = "2990000000019", "2990000000026"
DEED = Deed("head", "asked by letter")
HEADER = "id,card_ean,phone,last_name,first_name,registered,tier,city,points\n"
ROW = f"77,{CARD},{PHONE},{LAST},{NAME},2026-01-05,base,{CITY},500\n"


async def dump(house):
    """Every value of every table, batches unpacked: what a thief of the database reads."""
    found = []
    for table in metadata.sorted_tables:
        for row in await house.rows(table):
            for value in row:
                found.append(inflate(value) if isinstance(value, bytes) else str(value).encode())
    return b"\n".join(found)


def clear(data: bytes) -> list[str]:
    """Which of the things that nobody should read can be read."""
    spellings = (PHONE, PHONE[-10:], NAME, LAST, CITY)
    text = data.decode("utf-8", "replace")
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text, flags=re.IGNORECASE)
    return [one for one in spellings if one in text or one in plain]


async def enrolled(house, till, phone=PHONE, name=NAME, card="", consents=("processing", "sms")):
    hashed = PepperedPhoneHasher(house.services.keys.pepper).phone_hmac(phone)
    profile = json.dumps({"phone": phone, "name": f"{name} {LAST}"}, ensure_ascii=False).encode()
    sealed = seal(house.services.keys.sealing_public, profile)
    who = till.enrol_member(
        phone=hashed, name=name, card=card, sealed_profile=sealed, consents=consents
    )
    await house.push(till, len(till.chain))
    return who


async def imported(house):
    data = (HEADER + ROW).encode()
    await house.write(lambda c: import_members(c, house.services, data, home_store="shop"))
    return (await house.rows(member))[0].id


def test_a_dump_of_the_server_tells_no_phone_and_no_name(house) -> None:
    async def story() -> None:
        till = await house.till()
        assert clear(b"x" + PHONE.encode() + NAME.encode()) != []
        await imported(house)
        other = await enrolled(house, till, "+79031112233", NAME)
        till.sell(member=other, earn=10)
        await house.push(till, 2)
        rows = [row for row in await till.pull_all() if row.kind == "member"]
        assert {json.loads(bytes(row.body))["display_name"] for row in rows} == {
            NAME,
            f"{NAME} {LAST[0]}.",
        }
        assert any(b'"card"' in bytes(row.body) for row in rows)
        data = await dump(house)
        assert clear(data) == []
        assert b"9031112233" not in data
        for name in key_store.SECRET_NAMES:
            assert getattr(house.services.keys, name).hex().encode() not in data

    house.run(story())


def test_a_member_of_a_file_is_erased_and_the_books_go_on(house) -> None:
    async def story() -> None:
        till = await house.till()
        who = await imported(house)
        document = till.sell(member=who, earn=20)
        await house.push(till)
        (before,) = await house.rows(member)
        opened = decrypt(house.services.keys.profiles, who, (before.profile, before.profile_key))
        assert CITY.encode() in opened
        assert await erase(house.server, who, DEED) == who

        (row,) = await house.rows(member)
        assert (row.profile, row.profile_key) == ("", "")
        state = json.loads(row.state)
        assert state["blocked"] == "erased"
        assert not {"keys", "sealed", "phone_last4", "card_last4"} & state.keys()
        assert await house.rows(member_key) == []
        assert [r.document for r in await house.rows(sale)]
        assert (await house.rows(account))[0].balance == 0
        assert len(await house.rows(ledger)) == 3
        told = [r for r in await till.pull_all() if r.kind == "member" and r.id == who]
        assert [r.deleted for r in told] == [True]
        assert bytes((await till.lookup("id", who)).member) == b"null"
        assert clear(await dump(house)) == []
        (logged,) = await house.rows(personal_log)
        assert (logged.deed, logged.by, logged.reason) == ("erased", DEED.by, DEED.reason)
        assert await house.read(lambda c: list(examine(c))) == []

        till.sell(member=who, earn=5, transaction_id=None, net=50_00)
        till.sell(transaction_id=document.transaction_id + "0")
        await house.push(till, 2)
        again = [r for r in await till.pull_all() if r.kind == "member" and not r.deleted]
        assert again == []
        with pytest.raises(Refusal):
            await house.write(lambda c: tell_member(c, house.services, who, DEED))

    house.run(story())


def test_after_erasure_even_the_stored_batch_opens_for_nobody(house) -> None:
    async def story() -> None:
        till = await house.till()
        who = await enrolled(house, till, card=GUEST_CARD)
        master = house.services.keys.profiles
        (batch,) = await house.rows(inbox)
        (key,) = await house.rows(sealed_event)
        assert (key.member, len(key.key)) == (who, 120)
        assert len(batch.signed.split(" ")) == 4
        events = unpack(PushRequest, batch.body).events
        bodies = await house.read(lambda c: taken_out(c, master, batch.bucket, events))
        assert NAME in bodies[events[0].id]
        assert GUEST_CARD in bodies[events[0].id]
        assert GUEST_CARD.encode() not in inflate(batch.body)
        kept = await dump(house)

        await erase(house.server, who, DEED)
        events = unpack(PushRequest, batch.body).events
        gone = await house.read(lambda c: taken_out(c, master, batch.bucket, events))
        assert gone == {events[0].id: ""}
        now = await dump(house)
        assert key.key.encode() in kept
        deep = await house.read(lambda c: list(examine(c, deep=True, master=master)))
        assert deep == []
        assert key.key.encode() not in now
        assert await house.rows(member_key) == []

    house.run(story())


def test_the_same_chain_sent_again_after_erasure_enrols_nobody(house) -> None:
    async def story() -> None:
        till = await house.till()
        who = await enrolled(house, till)
        await erase(house.server, who, DEED)
        envelope = till.chain[0]
        till.incarnation, till.chain = 2, []
        till.record_raw(envelope.kind, envelope.v, envelope.body.encode(), envelope.id)
        till.record_raw(envelope.kind, envelope.v, envelope.body.encode())
        await house.push(till)
        assert clear(await dump(house)) == []
        assert await house.rows(member_key) == []
        living = [r for r in await till.pull_all() if r.kind == "member" and not r.deleted]
        assert living == []

    house.run(story())


def test_erased_under_a_former_id_the_phone_may_enrol_somebody_anew(house) -> None:
    async def story() -> None:
        one, two = await house.till(), await house.till()
        first = await enrolled(house, one)
        second = await enrolled(house, two, card=GUEST_CARD)
        who = await erase(house.server, second, DEED)
        assert who == first
        assert [row.key for row in await house.rows(sealed_event)] == ["", ""]
        assert clear(await dump(house)) == []
        fresh = await enrolled(house, one)
        assert fresh not in (first, second)
        assert {row.member for row in await house.rows(member_key)} == {fresh}
        told = await house.write(lambda c: tell_member(c, house.services, fresh, DEED))
        assert told["profile"]["phone"] == PHONE

    house.run(story())


def test_a_member_is_told_all_and_takes_a_consent_back(house) -> None:
    async def story() -> None:
        till = await house.till()
        who = await enrolled(house, till)
        till.sell(member=who, earn=10)
        await house.push(till, 2)
        told = await house.write(lambda c: tell_member(c, house.services, who, DEED))
        assert told["profile"] == {
            "phone": PHONE, "name": f"{NAME} {LAST}", "consents": "processing,sms",
        }  # fmt: skip
        assert (told["points"], len(told["receipts"]), len(told["ledger"])) == (10, 1, 1)
        assert [line["deed"] for line in told["log"]] == ["told"]
        for consent, left in (("sms", ["processing"]), ("processing", [])):
            assert left == await house.write(
                lambda c, one=consent: withdraw_consent(c, house.services, who, one, DEED)
            )
        with pytest.raises(Refusal):
            await house.write(lambda c: withdraw_consent(c, house.services, who, "sms", DEED))
        row = [r for r in await till.pull_all() if r.kind == "member"][-1]
        assert json.loads(bytes(row.body))["confirmed"] is False
        with pytest.raises(Refusal):
            await erase(house.server, "nobody", DEED)

    house.run(story())


def test_a_restored_backup_forgets_again_whom_the_list_names(house) -> None:
    async def story() -> None:
        await house.till()
        who = await imported(house)
        (before,) = await house.rows(member)
        await erase(house.server, who, DEED)
        assert [one.member for one in erased_list(house.server.secrets)] == [who]
        restored = dict(before._mapping)
        await house.write(lambda c: c.execute(member.update().values(**restored)))
        database, services = house.server.database, house.services
        assert await erase_again(database, services, house.server.secrets) == 1
        assert await erase_again(database, services, house.server.secrets) == 0
        assert (await house.rows(member))[0].profile_key == ""

    house.run(story())


def test_keys_of_an_older_server_leave_its_database(house, tmp_path) -> None:
    async def story() -> None:
        keys = key_store.new_keys()
        texts = [{"name": n, "value": getattr(keys, n).hex()} for n in key_store.SECRET_NAMES]
        await house.write(lambda c: c.execute(meta.insert(), texts))
        path = tmp_path / "moved" / "server.keys"
        assert await settled(house.server.database, path) == keys
        assert key_store.keys_in_file(path) == keys
        assert not {row.name for row in await house.rows(meta)} & set(key_store.SECRET_NAMES)
        await house.write(lambda c: c.execute(meta.insert(), texts))
        key_store.write_keys(path, key_store.new_keys())
        with pytest.raises(Refusal, match="keys_differ"):
            await settled(house.server.database, path)

    house.run(story())


def test_a_postgresql_wants_a_place_for_its_keys(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv(KEYS_VARIABLE, raising=False)
    with pytest.raises(Refusal, match="keys_nowhere"):
        key_path(None, "postgresql://nobody@127.0.0.1/x")
    assert key_path(tmp_path, "postgresql://x").parent == tmp_path
    assert key_path(None, str(tmp_path / "server.db")).name == "server.db.keys"
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "elsewhere"))
    assert key_path(None, "postgres://x") == tmp_path / "elsewhere"


def test_head_office_does_it_by_name_on_the_command_line(tmp_path, capsys) -> None:
    data = ["--data", str(tmp_path / "server")]
    deed = [*data, "--by", "head", "--reason", "asked by letter"]
    file = tmp_path / "members.csv"
    file.write_text(HEADER + ROW, encoding="utf-8")
    assert main(["import-members", str(file), *data]) == 0
    capsys.readouterr()
    with closing(sqlite3.connect(tmp_path / "server/server.db")) as thief:
        ((who,),) = thief.execute("SELECT id FROM member").fetchall()
        assert clear("\n".join(thief.iterdump()).encode()) == []
    assert main(["tell-member", who, *deed]) == 0
    assert json.loads(capsys.readouterr().out)["profile"]["city"] == CITY
    for refused in (
        ["withdraw-consent", who, "sms"], ["erase-member", "nobody"],
        ["till-key", "nobody"], ["revoke-terminal", "nobody"],
    ):  # fmt: skip
        assert main([*refused, *deed]) == 1
    assert main(["erase-member", who, *deed]) == 0
    assert main(["tell-member", who, *deed]) == 1
    assert main(["doctor", "--deep", *data]) == 0
    with pytest.raises(SystemExit):
        main(["erase-member", who, *data])
    files = b"".join(path.read_bytes() for path in (tmp_path / "server").glob("server.db*"))
    assert clear(files) == []
    assert who.encode() in files
