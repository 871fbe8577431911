"""The databases that are measured: made, filled and looked into by another program's SQL."""

import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "postgres"), str(ROOT / "tests" / "e2e")]

# pylint: disable=wrong-import-position
import mix  # noqa: E402
import programs  # noqa: E402
from postgres_cluster import PostgresCluster  # noqa: E402

_COLUMNS = "id, customer_number, direction, status, create_time, update_time, vapi_call_id"
_NOW = "'2026-03-01 00:00:00.000000'"
FILLED_CALLS = 1_000_000
FIRST_FILLED_CALL = 1_000_000
_CACHE = ROOT / "build" / "bench"
_OVER = "'2026-03-01 00:02:00.000000'"
# Each filled call is over, and has one event in the journal.
_FILL = (
    f"UPDATE call SET status = 'Completed', outcome = 'ANSWERED', start_time = {_NOW},"
    f" end_time = {_OVER}, duration_sec = 120, ended_reason = 'customer-ended-call',"
    " vapi_call_id = 'filled-' || id",
    "INSERT INTO call_base (call_id, status, hung_up) SELECT id, 'Ready', {false} FROM call",
    "INSERT INTO call_event (call_id, event_id, event_time, receive_time, create_time, outcome,"
    f" call_status, kind, provider, status) SELECT id, 'filled', {_OVER}, {_OVER}, {_OVER},"
    " 'APPLIED', 'Completed', 'status_update', 'vapi', 'Completed' FROM call")


def _vapi_id(call, known):
    """SQL: what VAPI calls a call, as the mixes have it; nothing if that is not known yet."""
    return f"'{mix.VAPI_ID_BEGIN}' || ({call})" if known else "NULL"


class Sqlite:
    """A file with the current schema; as durable as the service makes it."""

    name = "sqlite"

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "calls.db"
        self.url = f"sqlite:{self.file}"
        _migrate(self.url)

    @property
    def location(self):
        """What SQLite's own interface opens."""
        return self.file

    @classmethod
    def filled(cls, folder):
        """A database of a million calls. The first is made, the next are copies of it."""
        digest = hashlib.sha256(f"{FILLED_CALLS} {_FILL}".encode())
        for file in sorted((ROOT / "persistence" / "migrations" / "sqlite").iterdir()):
            digest.update(file.read_bytes())
        cached = _CACHE / f"filled-{digest.hexdigest()[:16]}.db"
        if not cached.exists():
            _CACHE.mkdir(parents=True, exist_ok=True)
            for old in _CACHE.glob("filled-*"):
                old.unlink()
            made = cls(folder)
            made.register(FIRST_FILLED_CALL, FILLED_CALLS)
            connection = sqlite3.connect(made.file)
            with connection:
                for statement in _FILL:
                    connection.execute(statement.replace("{false}", "0"))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            made.file.rename(cached)
        store = cls.__new__(cls)
        store.file = pathlib.Path(folder) / "calls.db"
        store.url = f"sqlite:{store.file}"
        shutil.copyfile(cached, store.file)
        with open(store.file, "rb") as file:  # what is still to be written would be waited for
            os.fsync(file.fileno())
        return store

    def register(self, first, count, vapi_ids=False):
        """Makes calls `first` to `first + count - 1`, as CreateCall would; with VAPI's ids if wanted."""
        with sqlite3.connect(self.file) as connection:
            connection.execute(
                f"INSERT INTO call ({_COLUMNS}) WITH RECURSIVE n(i) AS"
                f" (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})"
                f" SELECT {first} + i, '+1555' || (1000000 + i % 1000000), 'outbound', 'Ready',"
                f" {_NOW}, {_NOW}, {_vapi_id(f'{first} + i', vapi_ids)} FROM n")
        connection.close()

    def rows(self, statement):
        connection = sqlite3.connect(self.file, timeout=30)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def server_cpu_seconds(self):
        """There is no server."""
        return 0.0

    def server_pids(self):
        """There is none."""
        return []

    def close(self):
        """Nothing is held."""


class Postgresql:
    """A database of a server of its own, on this machine, on which a commit waits for the disk."""

    name = "postgresql"
    _cluster = None
    _filled = None

    def __init__(self, _folder):
        if Postgresql._cluster is None:
            Postgresql._cluster = PostgresCluster("--durable").__enter__()
        self.url = Postgresql._cluster.create_database()
        self._connection = None
        _migrate(self.url)

    @property
    def location(self):
        """What PostgreSQL's own interface opens."""
        return self.url

    @classmethod
    def filled(cls, folder):
        """A database of a million calls, the same each time; its own calls must be left alone."""
        if cls._filled is None:
            cls._filled = cls(folder)
            cls._filled.register(FIRST_FILLED_CALL, FILLED_CALLS)
            for statement in _FILL:
                cls._filled.rows(statement.replace("{false}", "false"))
            cls._filled.rows("VACUUM ANALYZE")
        return cls._filled

    def register(self, first, count, vapi_ids=False):
        self._execute(
            f"INSERT INTO call ({_COLUMNS}) SELECT {first} + i, '+1555' || (1000000 + i % 1000000),"
            f" 'outbound', 'Ready', {_NOW}, {_NOW}, {_vapi_id(f'{first} + i', vapi_ids)}"
            f" FROM generate_series(0, {count} - 1) i")
        self._execute("VACUUM ANALYZE")

    def rows(self, statement):
        return self._execute(statement)

    def server_cpu_seconds(self):
        """What the server and its processes, the ended ones too, have used."""
        postmaster, *others = self.server_pids()
        return sum(map(cpu_seconds, others)) + cpu_seconds(postmaster, children=True)

    def server_pids(self):
        """Of the server and its processes, the server first."""
        backend = self.rows("SELECT pg_backend_pid()")[0][0]
        with open(f"/proc/{backend}/stat", encoding="ascii") as stat:
            postmaster = int(stat.read().rsplit(")", 1)[1].split()[1])
        others = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True,
                                check=True).stdout.split()
        return [postmaster, *map(int, others)]

    def close(self):
        """Closes what `rows` has opened; it opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @classmethod
    def stop_server(cls):
        """Stops what the first database of this kind has started."""
        if cls._cluster is not None:
            cls._cluster.__exit__()
            cls._cluster = cls._filled = None

    def _execute(self, statement):
        if self._connection is None:
            import psycopg2  # pylint: disable=import-outside-toplevel  # SQLite needs none
            self._connection = psycopg2.connect(self.url)
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


KINDS = {kind.name: kind for kind in (Sqlite, Postgresql)}


def cpu_seconds(pid, children=False):
    """What a process has used; with those of its children that have ended, if wanted."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            ticks = [int(word) for word in stat.read().rsplit(")", 1)[1].split()[11:15]]
    except FileNotFoundError:
        return 0.0
    return sum(ticks if children else ticks[:2]) / 100.0


def machine_cpu_seconds():
    """What all processes of the machine have used, and what was stolen from it."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / 100.0


def stolen_cpu_seconds():
    """What the host has given to other machines while this one had something to do."""
    with open("/proc/stat", encoding="ascii") as stat:
        return int(stat.readline().split()[8]) / 100.0


def _migrate(url):
    made = programs.run("call-event-migrate", f"--database={url}", "upgrade")
    if made.returncode != 0:
        raise RuntimeError(f"call-event-migrate: {made.stdout}{made.stderr}")
