"""A virtual card's code at the till: read and judged, beside the two signatures it cannot avoid."""

from datetime import UTC, datetime, timedelta

from pos_app.domain.loyalty import card_code
from pos_app.domain.loyalty.trust import Trust, issuer_id
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer, generate_signing_keys
from tests.benchmarks.rows import Row, beside

TIMES = 200
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MEMBER = "01930000-0001-7000-8000-000000000001"


def rows() -> list[Row]:
    """One row: microseconds a code, median of rounds."""
    server, card = generate_signing_keys(), generate_signing_keys()
    signatures, signer = Ed25519Signatures(), Ed25519Signer(card.private)
    trust = Trust(signatures, {issuer_id(server.public): server.public}.get, lambda _key_id: None)
    valid = (AT - timedelta(days=1), AT + timedelta(days=90))
    mine = card_code.certify(
        MEMBER, card.public, valid, server.public, Ed25519Signer(server.private)
    )
    text = card_code.show(mine, signer, AT)
    message = b"m" * 200
    signature = signer.sign(message)

    def ours() -> None:
        for _ in range(TIMES):
            code = card_code.read(text)
            assert code is not None
            assert card_code.judge(code, AT, trust) is None

    def base() -> None:
        for _ in range(TIMES):
            for _twice in range(2):
                signatures.genuine(card.public, message, signature)

    ours_s, base_s = beside(ours, base)
    each = 1e6 / TIMES
    return [
        Row("a card's code read and judged", ours_s * each, base_s * each, "us",
            "two Ed25519 verifications", 2.0, note="bar: 1 000 us"),
    ]  # fmt: skip
