"""Hashes, signatures and seals: known answers, and a refusal for everything changed."""

import hashlib
import hmac

import pytest
from argon2 import PasswordHasher

from pos_app.gear.secrets import (
    Argon2PinHasher,
    Ed25519Signatures,
    Ed25519Signer,
    Ed25519Verifier,
    PepperedPhoneHasher,
    SealBroken,
    ServerSealer,
    generate_sealing_keys,
    generate_signing_keys,
    open_sealed,
    random_bytes,
)

PEPPER = bytes(range(32))
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_phone_hash_is_the_hmac_cut_to_16_bytes() -> None:
    expected = hmac.new(PEPPER, b"+79123456789", hashlib.sha256).digest()[:16]
    assert PepperedPhoneHasher(PEPPER).phone_hmac("+79123456789") == expected
    assert PepperedPhoneHasher(bytes(32)).phone_hmac("+79123456789") != expected


def test_pepper_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="pepper"):
        PepperedPhoneHasher(b"salt")


def test_pin_is_verified_and_never_stored() -> None:
    hasher = Argon2PinHasher(QUICK)
    verifier = hasher.hash_pin("4821")
    assert "4821" not in verifier
    assert verifier != hasher.hash_pin("4821")
    assert hasher.verify_pin(verifier, "4821")
    assert not hasher.verify_pin(verifier, "4822")


@pytest.mark.parametrize("verifier", ["", "4821", "$argon2id$v=19$broken"])
def test_unreadable_verifier_lets_nobody_in(verifier) -> None:
    assert not Argon2PinHasher(QUICK).verify_pin(verifier, "4821")


def test_pin_hashing_defaults_to_argon2id_with_the_librarys_cost() -> None:
    assert Argon2PinHasher().hash_pin("4821").startswith("$argon2id$v=19$m=65536")


def test_signature_of_rfc_8032_test_2() -> None:
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = Ed25519Signer(private).sign(b"\x72")
    assert signature.hex().startswith("92a009a9f0d4cab8720e820b5f642540")
    assert Ed25519Verifier(public).verify(b"\x72", signature)


def test_changed_message_or_signature_is_not_verified() -> None:
    keys = generate_signing_keys()
    signature = Ed25519Signer(keys.private).sign(b"member 7")
    verifier = Ed25519Verifier(keys.public)
    assert verifier.verify(b"member 7", signature)
    assert not verifier.verify(b"member 8", signature)
    assert not verifier.verify(b"member 7", bytes(64))
    assert not verifier.verify(b"member 7", b"short")
    assert not Ed25519Verifier(generate_signing_keys().public).verify(b"member 7", signature)


def test_sealed_bytes_open_only_with_the_private_key() -> None:
    server, other = generate_sealing_keys(), generate_sealing_keys()
    sealer = ServerSealer(server.public)
    sealed = sealer.seal(b"+79123456789")
    assert open_sealed(server.private, sealed) == b"+79123456789"
    assert b"79123456789" not in sealed
    assert sealed != sealer.seal(b"+79123456789")
    assert open_sealed(server.private, sealer.seal(b"")) == b""
    with pytest.raises(SealBroken):
        open_sealed(other.private, sealed)


@pytest.mark.parametrize("at", [0, 31, 32, -1])
def test_changed_box_is_broken(at) -> None:
    server = generate_sealing_keys()
    sealed = bytearray(ServerSealer(server.public).seal(b"name"))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        open_sealed(server.private, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", bytes(47), bytes(80)])
def test_what_was_never_a_box_is_broken(sealed) -> None:
    with pytest.raises(SealBroken):
        open_sealed(generate_sealing_keys().private, sealed)


def test_private_keys_stay_out_of_repr() -> None:
    keys = generate_signing_keys()
    assert keys.private.hex() not in repr(keys)
    assert repr(keys.private) not in repr(keys)


def test_random_bytes_are_as_many_as_asked() -> None:
    assert len(random_bytes(32)) == 32


def test_any_public_key_is_tried_and_a_broken_one_proves_nothing() -> None:
    keys, other = generate_signing_keys(), generate_signing_keys()
    signature = Ed25519Signer(keys.private).sign(b"text")
    genuine = Ed25519Signatures().genuine
    assert genuine(keys.public, b"text", signature)
    assert not genuine(other.public, b"text", signature)
    assert not genuine(keys.public, b"other", signature)
    assert not genuine(b"short", b"text", signature)
    assert not genuine(keys.public, b"text", b"")
