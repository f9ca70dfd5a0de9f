"""The page of a virtual card: served whole, and its own program makes codes that a till believes.

The page's JavaScript runs in node where there is one, with the same WebCrypto as a browser's.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from pos_app.domain.loyalty import card_code
from pos_app.domain.loyalty.trust import Trust, issuer_id
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer, generate_signing_keys
from sync.server.surface import cards

PAGE = Path(__file__).parents[3] / "resources/card"
NODE = shutil.which("node")
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SCRIPT = """
import { codeAt, newKeys, publicHex, request } from "%s/code.js";
import { matrix } from "%s/qr.js";
import { createInterface } from "node:readline";
const keys = await newKeys();
console.log(JSON.stringify({ key: await publicHex(keys) }));
for await (const line of createInterface({ input: process.stdin })) {
  const { certificate, link, ms } = JSON.parse(line);
  if (link) console.log(JSON.stringify(await request(keys, { link })));
  else {
    const text = await codeAt({ keys, certificate }, ms);
    console.log(JSON.stringify({ text, rows: matrix(text).map((r) => Array.from(r).join("")) }));
  }
}
"""


class Browser:
    """The page's modules in a process of node; one question a line."""

    def __init__(self, folder) -> None:
        for name in ("code.js", "qr.js"):
            shutil.copy(PAGE / name, folder / name)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        here = folder.as_uri()
        (folder / "main.js").write_text(SCRIPT % (here, here), encoding="utf-8")
        self.process = subprocess.Popen(
            [str(NODE), "--no-warnings", str(folder / "main.js")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        self.key = self.answer()["key"]

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, **fields):
        self.process.stdin.write(json.dumps(fields) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def browser(tmp_path):
    if NODE is None:
        pytest.skip("no node on this machine")
    made = Browser(tmp_path)
    yield made
    made.close()


def scanned(rows):
    """What a scanner reads off the screen."""
    size = len(rows) + 8
    image = Image.new("L", (size, size), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                image.putpixel((x + 4, y + 4), 0)
    (found,) = zxingcpp.read_barcodes(image.resize((size * 4, size * 4), Image.Resampling.NEAREST))
    return found.text


def test_a_code_of_the_page_is_scanned_off_the_screen_and_believed(browser) -> None:
    server = generate_signing_keys()
    valid = (AT - timedelta(days=1), AT + timedelta(days=1))
    card = card_code.certify(
        "01930000-0001-7000-8000-000000000001", bytes.fromhex(browser.key), valid, server.public,
        Ed25519Signer(server.private),
    )  # fmt: skip
    trust = Trust(
        Ed25519Signatures(), {issuer_id(server.public): server.public}.get, lambda _: None
    )
    for later in (0, 30, 61):
        at = AT + timedelta(seconds=later)
        shown = browser.ask(certificate=card.packed().hex(), ms=int(at.timestamp() * 1000))
        text = scanned(shown["rows"])
        assert text == shown["text"]
        code = card_code.read(text.removeprefix("K1D:"))
        assert card_code.judge(code, at, trust) is None


def test_the_page_s_request_is_answered_with_a_card(house, browser) -> None:
    async def story() -> None:
        till = await house.till()
        member = till.enrol_member(card="2990000000019")
        await house.push(till)
        link = await house.write(cards.new_link, house.services, member)
        body = browser.ask(link=link)
        reply = await house.client.post("/v1/card", json=body)
        assert reply.status_code == 200
        card = card_code.read_certificate(bytes.fromhex(reply.json()["certificate"]))
        assert (card.member_id, card.card_key.hex()) == (member, browser.key)

    house.run(story())


def test_the_page_is_served_whole_and_nothing_beside_it(house) -> None:
    async def story() -> None:
        for name in ("", "page.js", "code.js", "qr.js", "worker.js", "page.css"):
            reply = await house.client.get(f"/card/{name}")
            assert reply.status_code == 200, name
            assert "object-src 'none'; base-uri 'none'" in reply.headers["content-security-policy"]
        assert (await house.client.get("/card")).headers["location"] == "/card/"
        for name in ("nothing.js", "../words/ru.toml", "%2e%2e/__init__.py", "worker"):
            assert (await house.client.get(f"/card/{name}")).status_code == 404

    house.run(story())
