"""A throw-away PostgreSQL server for tests in Python. See cluster.sh."""

import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).resolve().parent / "cluster.sh"


class PostgresCluster:
    """A server of its own; it goes at the end of the `with` block, or with this process.

    with PostgresCluster() as cluster:
        url = cluster.create_database()

    Arguments are those of the script.
    """

    def __init__(self, *arguments):
        self._arguments = arguments

    def __enter__(self):
        self._script = subprocess.Popen(
            [SCRIPT, *self._arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._read_line()
        return self

    def __exit__(self, *error):
        self._script.stdin.close()
        self._script.wait()
        self._script.stdout.close()

    def create_database(self):
        """Makes an empty database and returns its URL."""
        return self._ask("create")

    def restart(self):
        """Stops the server as a crash would, and starts it again."""
        self._ask("restart")

    def _ask(self, word):
        self._script.stdin.write(word + "\n")
        return self._read_line()

    def _read_line(self):
        line = self._script.stdout.readline()
        if not line:
            raise RuntimeError("cluster.sh has ended: what it printed says why")
        return line.rstrip("\n")
