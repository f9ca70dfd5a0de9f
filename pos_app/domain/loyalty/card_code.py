"""The dynamic code of a member's virtual card: read, judged, refused twice. Never a secret.

A code is a certificate (the server's word that this key is this member's card) and the card's own
signature over a step of 30 seconds; a till judges it with no network. One step of skew is accepted
on either side: a code lives for at most 90 seconds by the till's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from pos_app.domain.loyalty.compact import (
    Unpacker,
    from_text,
    packed_name,
    packed_second,
    to_text,
)
from pos_app.domain.loyalty.trust import Trust, issuer_id
from pos_app.domain.ports import Signer
from pos_app.domain.sentence import Sentence, say

STEP_SECONDS = 30
SKEW_STEPS = 1
_FORMAT = 1
_KEY_BYTES, _SIGNATURE_BYTES, _ISSUER_BYTES, _STEP_BYTES = 32, 64, 4, 4
_CERTIFICATE = b"kopilka member card 1\n"
_CODE = b"kopilka card code 1\n"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """The server's word: whoever holds this key (32 bytes) shows this member's card, from-until."""

    member_id: str
    card_key: bytes
    valid_from: datetime
    valid_until: datetime
    issuer: str
    signature: bytes = b""

    def body(self) -> bytes:
        """What the issuer signs."""
        return b"".join(
            (
                bytes((_FORMAT,)),
                packed_name(self.member_id),
                self.card_key,
                packed_second(self.valid_from),
                packed_second(self.valid_until),
                bytes.fromhex(self.issuer),
            )
        )

    def packed(self) -> bytes:
        """As it travels to the card and on every code."""
        return self.body() + self.signature


def certify(
    member_id: str, card_key: bytes, valid: tuple[datetime, datetime], key: bytes, signer: Signer
) -> CardCertificate:
    """A certificate by the holder of the public `key`; ValueError for a card key of no such size.

    Instants are kept in whole seconds.
    """
    if len(card_key) != _KEY_BYTES:
        raise ValueError(f"a card's key has {_KEY_BYTES} bytes")
    since, until = (at.replace(microsecond=0) for at in valid)
    bare = CardCertificate(member_id, card_key, since, until, issuer_id(key))
    return replace(bare, signature=signer.sign(_CERTIFICATE + bare.body()))


def read_certificate(data: bytes) -> CardCertificate:
    """The reverse of `packed`; ValueError for anything else."""
    source = Unpacker(data)
    found = _certificate(source)
    source.finish()
    return found


def _certificate(source: Unpacker) -> CardCertificate:
    if source.number(1) != _FORMAT:
        raise ValueError("a card of a newer format")
    return CardCertificate(
        member_id=source.name(),
        card_key=source.take(_KEY_BYTES),
        valid_from=source.second(),
        valid_until=source.second(),
        issuer=source.take(_ISSUER_BYTES).hex(),
        signature=source.take(_SIGNATURE_BYTES),
    )


@dataclass(frozen=True, slots=True)
class CardCode:
    """One code as scanned. `step` counts 30 seconds since 1970."""

    certificate: CardCertificate
    step: int
    signature: bytes

    @property
    def member_id(self) -> str:
        """Who the code says it is; believed only when `judge` says nothing."""
        return self.certificate.member_id

    @property
    def evidence(self) -> str:
        """What two tills compare to find one code used twice: the card's key and the step."""
        return f"{issuer_id(self.certificate.card_key)}:{self.step}"

    def signed(self) -> bytes:
        """What the card signs."""
        return _CODE + self.certificate.packed() + self.step.to_bytes(_STEP_BYTES)


def step_at(at: datetime) -> int:
    """The step that an instant lies in."""
    return (at - _BEGINNING) // timedelta(seconds=STEP_SECONDS)


def show(certificate: CardCertificate, card: Signer, at: datetime) -> str:
    """The code that a card shows at an instant, without the prefix of the label."""
    bare = CardCode(certificate, step_at(at), b"")
    signature = card.sign(bare.signed())
    return to_text(certificate.packed() + bare.step.to_bytes(_STEP_BYTES) + signature)


def read(text: str) -> CardCode | None:
    """A code from its text; None for what no card has shown."""
    try:
        source = Unpacker(from_text(text))
        code = CardCode(
            certificate=_certificate(source),
            step=source.number(_STEP_BYTES),
            signature=source.take(_SIGNATURE_BYTES),
        )
        source.finish()
    except ValueError:
        return None
    return code


def judge(code: CardCode, at: datetime, trust: Trust) -> Sentence | None:
    """Why the code proves nothing now; None when it proves who stands there."""
    certificate = code.certificate
    issuer = trust.issuer(certificate.issuer)
    if issuer is None:
        return say("card_code.unknown_issuer")
    genuine = trust.signatures.genuine
    if not genuine(issuer, _CERTIFICATE + certificate.body(), certificate.signature):
        return say("card_code.bad_signature")
    if not genuine(certificate.card_key, code.signed(), code.signature):
        return say("card_code.bad_signature")
    if at >= certificate.valid_until:
        return say("card_code.card_expired", on=certificate.valid_until.date())
    if at < certificate.valid_from:
        return say("card_code.card_not_yet", on=certificate.valid_from.date())
    late = step_at(at) - code.step
    if late > SKEW_STEPS:
        return say("card_code.expired")
    return say("card_code.not_yet") if late < -SKEW_STEPS else None


@dataclass(frozen=True, slots=True)
class ReplayGuard:
    """Codes seen inside the window, with what each was used for. Old ones are forgotten."""

    seen: Mapping[tuple[bytes, int], str] = field(default_factory=lambda: MappingProxyType({}))

    def admit(self, code: CardCode, use: str, at: datetime) -> "ReplayGuard | None":
        """The guard after this use; None when the code served another use before.

        The same code again for the same use (a receipt) is no replay: people scan twice.
        """
        key = (code.certificate.card_key, code.step)
        if self.seen.get(key, use) != use:
            return None
        oldest = step_at(at) - SKEW_STEPS
        kept = {k: v for k, v in self.seen.items() if k[1] >= oldest}
        return ReplayGuard(MappingProxyType({**kept, key: use}))


def replayed() -> Sentence:
    """What a refused second use is told."""
    return say("card_code.replayed")
