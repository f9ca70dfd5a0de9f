"""Hashes, signatures and seals with cryptography and argon2-cffi. Never writes a key anywhere.

Keys are 32 raw bytes (Ed25519: RFC 8032, X25519: RFC 7748); whoever stores them protects them.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PHONE_HMAC_BYTES = 16
PEPPER_BYTES_MIN = 16
_KEY_BYTES = 32
_TAG_BYTES = 16
_NONCE_BYTES = 12
_SEAL_CONTEXT = b"kopilka sealed box 1"
# Every box has its own key, from a fresh ephemeral one, used once: a fixed nonce is safe.
_SEAL_NONCE = bytes(12)


class SealBroken(Exception):
    """The sealed bytes were not made for this key, or were changed on the way."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and the public key that belongs to it."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return f"KeyPair(public={self.public.hex()})"


def generate_signing_keys() -> KeyPair:
    """A new Ed25519 pair."""
    key = Ed25519PrivateKey.generate()
    return KeyPair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def generate_sealing_keys() -> KeyPair:
    """A new X25519 pair."""
    key = X25519PrivateKey.generate()
    return KeyPair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def box_keys(signing_private: bytes) -> KeyPair:
    """The X25519 pair that belongs to an Ed25519 key: what is sealed to it, its owner opens."""
    key = X25519PrivateKey.from_private_bytes(derived_key(signing_private, b"kopilka box key"))
    return KeyPair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


class PepperedPhoneHasher:
    """PhoneHasher: HMAC-SHA256 under the chain's pepper, cut to 16 bytes.

    The pepper makes a stolen mirror useless to whoever would try all ten billion numbers.
    """

    def __init__(self, pepper: bytes) -> None:
        """ValueError for a pepper that could be guessed."""
        if len(pepper) < PEPPER_BYTES_MIN:
            raise ValueError(f"a pepper has {PEPPER_BYTES_MIN} bytes or more")
        self._pepper = pepper

    def phone_hmac(self, e164: str) -> bytes:
        """See the Protocol."""
        return hmac.digest(self._pepper, e164.encode(), hashlib.sha256)[:PHONE_HMAC_BYTES]


class Argon2PinHasher:
    """PinHasher: argon2id; the verifier names its own parameters. Loaded at the first PIN."""

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._given = hasher

    @property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        self._given = self._given or PasswordHasher()
        return self._given

    def hash_pin(self, pin: str) -> str:
        """See the Protocol."""
        return self._hasher.hash(pin)

    def verify_pin(self, verifier: str, pin: str) -> bool:
        """See the Protocol."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(verifier, pin)
        except (VerificationError, InvalidHashError):
            return False


class Ed25519Signer:
    """Signer on a private key of 32 bytes; ValueError for another length."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)

    def sign(self, message: bytes) -> bytes:
        """See the Protocol."""
        return self._key.sign(message)


class Ed25519Verifier:
    """Verifier on a public key of 32 bytes; ValueError for another length."""

    def __init__(self, public_key: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """See the Protocol."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Ed25519Signatures:
    """Signatures: any public key, one call."""

    def genuine(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """See the Protocol."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class ServerSealer:
    """Sealer for one public key."""

    def __init__(self, public_key: bytes) -> None:
        self._public_key = public_key

    def seal(self, plaintext: bytes) -> bytes:
        """See the Protocol."""
        return seal(self._public_key, plaintext)


def seal(public_key: bytes, plaintext: bytes) -> bytes:
    """Ephemeral public key (32) + AES-256-GCM ciphertext + tag (16): X25519, HKDF-SHA256.

    Only the holder of the private key opens it; the sender cannot, and is not proven.
    """
    ephemeral = X25519PrivateKey.generate()
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    key = _box_key(shared, ephemeral_public, public_key)
    return ephemeral_public + AESGCM(key).encrypt(_SEAL_NONCE, plaintext, _SEAL_CONTEXT)


def open_sealed(private_key: bytes, sealed: bytes) -> bytes:
    """The plaintext; SealBroken if the box is not for this key or not whole."""
    if len(sealed) < _KEY_BYTES + _TAG_BYTES:
        raise SealBroken("too short for a sealed box")
    key = X25519PrivateKey.from_private_bytes(private_key)
    ephemeral_public, ciphertext = sealed[:_KEY_BYTES], sealed[_KEY_BYTES:]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral_public))
        box_key = _box_key(shared, ephemeral_public, key.public_key().public_bytes_raw())
        return AESGCM(box_key).decrypt(_SEAL_NONCE, ciphertext, _SEAL_CONTEXT)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("not sealed for this key, or changed") from error


def wrap(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Nonce (12) + AES-256-GCM ciphertext + tag (16) under a symmetric key; `context` is bound."""
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def unwrap(key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """The reverse of `wrap`; SealBroken for another key, another context or changed bytes."""
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("not under this key, or changed") from error


def derived_key(key: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256): one key never serves two."""
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(key)


def _box_key(shared: bytes, ephemeral_public: bytes, recipient_public: bytes) -> bytes:
    context = _SEAL_CONTEXT + ephemeral_public + recipient_public
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=context).derive(shared)


def random_bytes(count: int) -> bytes:
    """From the operating system: peppers, database keys, nonces."""
    return os.urandom(count)
