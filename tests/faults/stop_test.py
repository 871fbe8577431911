"""FT55: a program that is to stop, or to start, while its database or spool does not let it."""

import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import unittest

import surroundings
import api
import databases
import programs
import webhook
from webhook import BEGIN

DRAIN = 1
GRACE = 5  # after the drain
LEEWAY = 5  # of a machine that is busy
START_SECONDS = 15  # that a start waits for a locked file


class StopTest(surroundings.FaultTest):
    """The database hangs, with what waits for it."""

    def setUp(self):
        super().setUp()
        self.start_with_spool(f"--drain={DRAIN}s", adapter=["--service-deadline=1s"])
        self.api.create_call(1)
        self.post(0, 200)

    def post(self, number, http):
        body = webhook.status_update(1, "in-progress", BEGIN + number, "vapi-1")
        self.assertEqual(self.sender.post(body).http, http)

    def assert_ends_by_itself(self):
        """Within the bound, and says what it did not wait for."""
        begin = time.monotonic()
        self.assertEqual(self.service.stop(), 1)
        self.assertLess(time.monotonic() - begin, DRAIN + GRACE + LEEWAY)
        self.assertIn("ends without waiting any longer", self.service.log_text())

    def assert_nothing_is_lost(self):
        self.restart_service()
        self.wait_until_drained(60)
        self.assertEqual(self.times_of(1), [BEGIN, BEGIN + 1])
        self.assertEqual(self.database.problems(), [])

    @unittest.skipIf(databases.KIND != "sqlite", "it is about SQLite's lock")
    def test_stop_while_another_program_writes_ends_in_time(self):
        other = sqlite3.connect(self.database.file, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        creations = [self.api.stub.CreateCall.future(
            api.service.CreateCallRequest(call=api.call.Call(), call_id=str(number)), timeout=60)
            for number in range(100, 104)]
        self.post(1, 202)
        self.assert_ends_by_itself()
        for creation in creations:
            self.assertIsNotNone(creation.exception(30))
        other.execute("ROLLBACK")
        self.assert_nothing_is_lost()

    @unittest.skipIf(databases.KIND != "postgresql", "it is about a server")
    def test_stop_while_the_server_hangs_ends_in_time(self):
        self.freeze_server()
        self.post(1, 202)
        self.assert_ends_by_itself()
        self.thaw_server()
        self.assert_nothing_is_lost()

    def freeze_server(self):
        folder = pathlib.Path(self.database.rows("SHOW data_directory")[0][0])
        postmaster = int((folder / "postmaster.pid").read_text("ascii").splitlines()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii")
        self.frozen = [postmaster, *map(int, children.split())]
        self.addCleanup(self.thaw_server)
        for process in self.frozen:
            os.kill(process, signal.SIGSTOP)

    def thaw_server(self):
        while self.frozen:
            os.kill(self.frozen.pop(), signal.SIGCONT)


class LockedFileTest(surroundings.FaultTest):
    """Another program has locked a file, the whole of it or against other writers."""

    def lock(self, file, *statements):
        """Another program that holds a file; its path."""
        other = sqlite3.connect(file, isolation_level=None)
        self.addCleanup(other.close)
        for statement in statements:
            other.execute(statement)
        return file

    def lock_all(self, file):
        return self.lock(file, "PRAGMA locking_mode = EXCLUSIVE",
                         "CREATE TABLE other (id INTEGER)")

    def start(self, name, *arguments):
        """A program that does not get ready."""
        process = subprocess.Popen([programs.BIN / name, "--listen=127.0.0.1:0", *arguments],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def start_service(self, file):
        return self.start("call-event-service", f"--database=sqlite:{file}")

    def assert_is_ended_by_a_signal(self, starting, file):
        programs.wait_until(
            lambda: any(str(file) == os.path.realpath(link)
                        for link in pathlib.Path(f"/proc/{starting.pid}/fd").iterdir()),
            "it has the file open")
        starting.terminate()
        self.assertEqual(starting.wait(LEEWAY), -signal.SIGTERM)

    @unittest.skipIf(databases.KIND != "sqlite", "it is about SQLite's lock")
    def test_start_gives_up_and_says_why(self):
        """FT11: after the same time, whatever it waits for."""
        locked = self.lock_all(self.folder / "locked.db")
        new = self.lock(self.folder / "new.db", "BEGIN IMMEDIATE")
        starting = [self.start_service(file) for file in (locked, new)]
        begin = time.monotonic()
        for process in starting:
            left = begin + START_SECONDS + LEEWAY - time.monotonic()
            _, errors = process.communicate(timeout=left)
            self.assertEqual(process.returncode, 3, errors)
            self.assertIn("another program holds the database", errors)
            self.assertEqual(len(errors.splitlines()), 1, errors)

    @unittest.skipIf(databases.KIND != "sqlite", "it is about SQLite's lock")
    def test_start_that_waits_is_ended_by_a_signal(self):
        file = self.lock_all(self.folder / "locked.db")
        self.assert_is_ended_by_a_signal(self.start_service(file), file)

    def test_start_of_the_adapter_that_waits_is_ended_by_a_signal(self):
        self.lock_all(self.spool)
        starting = self.start("vapi-webhook-adapter", "--insecure-no-auth",
                              f"--spool={self.spool}")
        self.assert_is_ended_by_a_signal(starting, self.spool)


if __name__ == "__main__":
    unittest.main(verbosity=2)
