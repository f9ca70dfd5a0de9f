"""What the rules need from outside, as Protocols that gear satisfies. Never an implementation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Three readings of time: one to show, two to measure with."""

    def now_utc(self) -> datetime:
        """The wall clock, aware, in UTC. It may jump when somebody sets it."""

    def monotonic_ms(self) -> int:
        """Milliseconds that only grow while the machine stays on; comparable inside one boot."""

    def boot_id(self) -> str:
        """Names the boot that `monotonic_ms` counts in: another value, another count."""


class IdSource(Protocol):
    """Identifiers that are born at the till and stored before they are sent."""

    def new_id(self) -> str:
        """A UUIDv7 as 36 lower-case characters, greater than every one given before."""


class PhoneBook(Protocol):
    """The numbering plans of the world."""

    def parse(self, text: str, region: str) -> str | None:
        """E.164 of a valid number typed in `region` (ISO 3166 letters); None if it is not one."""


class PhoneHasher(Protocol):
    """A phone number as the till may keep it."""

    def phone_hmac(self, e164: str) -> bytes:
        """16 bytes that are the same for the same number in the whole chain."""


class PinHasher(Protocol):
    """Secrets that people remember."""

    def hash_pin(self, pin: str) -> str:
        """A salted verifier to store."""

    def verify_pin(self, verifier: str, pin: str) -> bool:
        """Whether the PIN made the verifier; False for a verifier that nobody can read."""


class Signer(Protocol):
    """Holds a private key."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes: an Ed25519 signature (RFC 8032)."""


class Verifier(Protocol):
    """Holds a public key."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the holder of the private key signed exactly this."""


class Signatures(Protocol):
    """Checks signatures of many holders."""

    def genuine(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the holder of this Ed25519 key signed exactly this; False for no key at all."""


class Sealer(Protocol):
    """Closes an envelope that only the server can open."""

    def seal(self, plaintext: bytes) -> bytes:
        """The sealed bytes; the same plaintext never seals to the same bytes twice."""


@dataclass(frozen=True, slots=True)
class Gs1Reading:
    """Element strings in the order of the label; `fault` says where the reading stopped.

    `elements` holds (application identifier, value). A fault is one of `unknown AI at '8899'`,
    `AI 01 too short`, `AI 21 format`, `AI 15 date`.
    """

    elements: tuple[tuple[str, str], ...]
    fault: str | None = None


class Gs1Reader(Protocol):
    """The table of GS1 application identifiers (GS1 General Specifications, section 3)."""

    def read(self, text: str) -> Gs1Reading:
        """Split a message, GS (0x1D) between elements and no symbology identifier in front.

        Check digits are not judged here. Never raises.
        """
