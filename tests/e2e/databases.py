"""The database under test, as another program sees it.

AUTOPULSE_TEST_DATABASE is `sqlite`, which is the default, or `postgresql`. Rows read the same from
both, so that one expectation does: times are UTC text, amounts are floats.
"""

import atexit
import datetime
import decimal
import os
import pathlib
import sqlite3
import sys

import programs

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postgres"))

# pylint: disable=wrong-import-position
from postgres_cluster import PostgresCluster  # noqa: E402

KIND = os.environ.get("AUTOPULSE_TEST_DATABASE", "sqlite")
UTC = datetime.timezone.utc
TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_TIMESTAMPTZ = 1184  # PostgreSQL's number of the type
_BROKEN_ROWS = (  # what a foreign key rules out
    "SELECT call_id FROM transcript WHERE call_id NOT IN (SELECT id FROM call)"
    " UNION ALL SELECT call_id FROM call_event WHERE call_id NOT IN (SELECT id FROM call)"
    " UNION ALL SELECT call_id FROM call_base WHERE call_id NOT IN (SELECT id FROM call)"
    " UNION ALL SELECT call_event_id FROM call_event_transcript"
    " WHERE call_event_id NOT IN (SELECT id FROM call_event)")


class SqliteDatabase:
    """A file in a temporary folder; the service makes it."""

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "calls.db"
        self.url = f"sqlite:{self.file}"
        self._connection = None

    def rows(self, statement, *values):
        """Runs one statement of another program; its rows."""
        if self._connection is None:
            self._connection = sqlite3.connect(self.file, timeout=30, isolation_level=None)
            self._connection.execute("PRAGMA foreign_keys = ON")
        return self._connection.execute(statement, [self._stored(v) for v in values]).fetchall()

    def columns(self, table):
        """The names of its columns, in the order of the alphabet."""
        return [name for name, in self.rows(
            "SELECT name FROM pragma_table_info(?) ORDER BY name", table)]

    def problems(self):
        """What is wrong with the file itself."""
        return [row for row in self.rows("PRAGMA integrity_check") if row != ("ok",)] + self.rows(
            "PRAGMA foreign_key_check")

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _stored(value):
        if isinstance(value, datetime.datetime):
            return value.astimezone(UTC).strftime(TIME_FORMAT)
        return value


class PostgresDatabase:
    """A database of its own on the server that all tests of this process share."""

    _cluster = None

    def __init__(self, is_empty=False):
        self.url = self.cluster().create_database()
        self._connection = None
        if is_empty:
            return
        made = programs.run("call-event-migrate", f"--database={self.url}", "upgrade")
        if made.returncode != 0:
            raise AssertionError(f"call-event-migrate: {made.stdout}{made.stderr}")

    @classmethod
    def cluster(cls):
        if cls._cluster is None:
            cls._cluster = PostgresCluster().__enter__()
            atexit.register(cls._cluster.__exit__)
        return cls._cluster

    def connect(self):
        """A connection of another program, in which transactions begin by themselves."""
        # pylint: disable=import-outside-toplevel  # not needed for SQLite
        import psycopg2
        import psycopg2.extensions
        connection = psycopg2.connect(self.url, options="-c timezone=UTC")
        # Python's own type ends before PostgreSQL's does.
        as_text = psycopg2.extensions.new_type(
            (_TIMESTAMPTZ,), "TIME_TEXT", lambda text, _: text and self._time_text(text))
        psycopg2.extensions.register_type(as_text, connection)
        return connection

    def rows(self, statement, *values):
        """Runs one statement of another program; its rows. `?` stands for a value."""
        if self._connection is None:
            self._connection = self.connect()
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(statement.replace("?", "%s"), values or None)
            if cursor.description is None:
                return []
            return [tuple(self._read(value) for value in row) for row in cursor.fetchall()]

    def columns(self, table):
        """The names of its columns, in the order of the alphabet."""
        return [name for name, in self.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = ? ORDER BY column_name COLLATE \"C\"", table)]

    def problems(self):
        """Rows without their parents, and indexes that lack rows."""
        self.rows("CREATE EXTENSION IF NOT EXISTS amcheck")
        self.rows("SELECT bt_index_check(i.indexrelid, true) FROM pg_index i"
                  " JOIN pg_class c ON c.oid = i.indexrelid"
                  " WHERE c.relnamespace = 'public'::regnamespace")
        return self.rows(_BROKEN_ROWS)

    def restart(self):
        """The server ends as in a crash, and starts again."""
        self.close()
        self.cluster().restart()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _read(value):
        return float(value) if isinstance(value, decimal.Decimal) else value

    @staticmethod
    def _time_text(text):
        """As SQLite has it: always six decimals, and no zone."""
        whole, _, fraction = text.removesuffix("+00").partition(".")
        return f"{whole}.{fraction:0<6}"


def new(folder, kind=KIND):
    """A database with the current schema, or with none yet where the service makes it."""
    return PostgresDatabase() if kind == "postgresql" else SqliteDatabase(folder)
