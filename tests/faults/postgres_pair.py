"""Two PostgreSQL servers, of which the second has whatever the first has acknowledged."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import databases
import programs
from postgres_cluster import PostgresCluster

BIN = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


class PostgresPair(databases.PostgresDatabase):
    """A database whose URL names both servers."""

    def __init__(self):
        self._cluster = PostgresCluster()  # of its own, since it is killed
        self._first = self._cluster.__enter__()
        self._standby = pathlib.Path(tempfile.mkdtemp(prefix="pg.", dir="/tmp"))
        super().__init__()
        alone = urllib.parse.urlsplit(self.url)
        self._first_folder = urllib.parse.parse_qs(alone.query)["host"][0]
        self.url = (f"postgresql://{alone.path}?host={self._first_folder},{self._standby}"
                    "&user=postgres&target_session_attrs=read-write")
        self._start_standby()
        self.rows("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.rows("SELECT pg_reload_conf()")
        programs.wait_until(
            lambda: self.rows("SELECT sync_state FROM pg_stat_replication") == [("sync",)],
            "a synchronous standby")

    def cluster(self):
        return self._first

    def _run(self, *command):
        """As the user who owns a server's files."""
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        with open(self._standby / "log", "ab") as log:
            subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL,
                           stdout=log, stderr=log, cwd=self._standby)

    def _start_standby(self):
        if os.getuid() == 0:
            shutil.chown(self._standby, "postgres")
        data = self._standby / "data"
        self._run(BIN / "pg_basebackup", "-h", self._first_folder, "-U", "postgres", "-D", data,
                  "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream")
        self._run(BIN / "pg_ctl", "-D", data, "-w", "-l", self._standby / "server.log", "-o",
                  f"-c listen_addresses='' -c unix_socket_directories='{self._standby}'"
                  " -c max_connections=100 -c fsync=off", "start")

    def kill_first(self):
        """kill -9 of the primary and all that belongs to it."""
        self.close()
        first = pathlib.Path(self._first_folder) / "data" / "postmaster.pid"
        postmaster = int(first.read_text(encoding="ascii").split()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)],
                                  capture_output=True, text=True, check=True).stdout.split()
        for pid in (postmaster, *children):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass  # it went with its parent

    def promote(self):
        """Makes the standby a server that takes writes."""
        self._run(BIN / "pg_ctl", "-D", self._standby / "data", "-w", "promote")

    def stop(self):
        self.close()
        try:
            self._run(BIN / "pg_ctl", "-D", self._standby / "data", "-w", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self._standby)
            self._cluster.__exit__()
