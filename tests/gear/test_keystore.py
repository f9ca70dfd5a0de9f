"""Where a key may lie: stores that keep a secret, a file of its owner; nothing else."""

import os
import stat

import pytest

from pos_app.gear.keystore import (
    KeyFile,
    KeyFileRefused,
    Keystore,
    KeystoreSilent,
    keystore_of_the_system,
    write_private,
)

KEY = bytes(range(32))


class Shelf:
    """A backend as `keyring` has them, in memory."""

    viable, priority = True, 5.0

    def __init__(self):
        self.kept = {}

    def get_password(self, service, name):
        return self.kept.get((service, name))

    def set_password(self, service, name, text):
        self.kept[service, name] = text

    def delete_password(self, service, name):
        del self.kept[service, name]


class Better(Shelf):
    priority = 9.0


class Absent(Shelf):
    viable = False

    def __init__(self):
        raise AssertionError("a store that does not work here is not made")


class Grumpy(Shelf):
    @property
    def viable(self):
        raise RuntimeError

    def __init__(self):
        raise RuntimeError


class Locked(Shelf):
    def get_password(self, service, name):
        raise OSError("locked")


class Forgetful(Shelf):
    def set_password(self, service, name, text):
        pass


def test_a_key_comes_back_and_is_forgotten():
    vault = Keystore(Shelf(), "till-1")
    assert vault.get() is None
    vault.put(KEY)
    assert vault.get() == KEY
    assert Keystore(vault._backend, "till-2").get() is None
    vault.forget()
    vault.forget()
    assert vault.get() is None


def test_the_best_store_that_works_is_taken():
    assert isinstance(keystore_of_the_system([Shelf, Absent, Better, Grumpy]), Better)
    assert keystore_of_the_system([Absent]) is None
    assert keystore_of_the_system([]) is None


def test_keyrings_own_configuration_does_not_choose_the_store(monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if os.name != "nt":
        assert keystore_of_the_system() is None


def test_a_session_without_a_secret_service_has_no_store(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert keystore_of_the_system() is None


def test_a_silent_store_is_said_without_the_key():
    with pytest.raises(KeystoreSilent, match="OSError"):
        Keystore(Locked(), "till-1").get()
    with pytest.raises(KeystoreSilent) as silent:
        Keystore(Forgetful(), "till-1").put(KEY)
    assert KEY.hex() not in str(silent.value)


def test_a_key_file_is_its_owners_alone(tmp_path):
    file = KeyFile(tmp_path / "till.dbkey")
    assert file.get() is None
    file.put(KEY)
    assert stat.S_IMODE((tmp_path / "till.dbkey").stat().st_mode) == 0o600
    assert file.get() == KEY
    file.forget()
    file.forget()
    assert file.get() is None


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "till.dbkey"
    KeyFile(path).put(KEY)
    path.chmod(0o640)
    with pytest.raises(KeyFileRefused, match="chmod 600"):
        KeyFile(path).get()


def test_a_key_file_without_a_key_is_refused(tmp_path):
    path = tmp_path / "till.dbkey"
    write_private(path, b"secret")
    with pytest.raises(KeyFileRefused, match="64 hex"):
        KeyFile(path).get()
    (tmp_path / "folder").mkdir()
    with pytest.raises(KeyFileRefused):
        KeyFile(tmp_path / "folder").get()
