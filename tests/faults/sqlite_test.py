"""Other programs that hold the SQLite file, or only read it, and for long."""

import fcntl
import pathlib
import signal
import sqlite3
import subprocess
import threading
import unittest

import surroundings
import api
import grpc
import programs
import webhook
from webhook import BEGIN

LOCK_SECONDS = 30 if programs.LONG else 12  # a writer of ours waits for ten
GROWTH = 10 if programs.LONG else 1.2
MAX_WAL_BYTES = 64 << 20  # journal_size_limit, to which the file is cut once it is empty
READ_LOCKS = (123, 5)  # the first byte and how many, in the -shm file (sqlite.org/walformat.html)
ENTRIES = [{"role": "user", "message": "x" * 400_000, "time": BEGIN}]


class OtherProgramTest(surroundings.FaultTest):
    """Another program of the machine has the file open."""

    def setUp(self):
        super().setUp()
        self.start_with_spool()
        self.create_calls(range(1, 9))

    def open(self):
        connection = sqlite3.connect(self.database.file, isolation_level=None,
                                     check_same_thread=False)
        self.addCleanup(connection.close)
        return connection

    def test_long_write_of_another_program_loses_nothing(self):
        """FT11: events wait, then go to the spool; reads are served all the while; another
        request that may wait is served in the end, or told to repeat."""
        other = self.open()
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(LOCK_SECONDS, lambda: other.execute("ROLLBACK"))
        release.start()
        creation = self.api.stub.CreateCall.future(
            api.service.CreateCallRequest(call=api.call.Call(), call_id="1000"), timeout=60)
        answers = []

        def post():
            for number in range(3):
                answers.append(self.sender.post(
                    webhook.status_update(1, "in-progress", BEGIN + number, "vapi-1")).http)

        poster = threading.Thread(target=post)
        poster.start()
        reads = 0
        while release.is_alive():
            self.assertEqual(self.api.get_call(1).status_text, "Ready")
            reads += 1
        poster.join()
        release.join()
        self.assertGreater(reads, 10)
        self.assertEqual(answers[0], 202)  # for longer than the adapter's deadline
        self.assertLessEqual(set(answers), {200, 202})
        self.assertIn(creation.code(), (grpc.StatusCode.OK, grpc.StatusCode.ABORTED))
        self.wait_until_drained(60)
        self.assertEqual(self.times_of(1), [BEGIN, BEGIN + 1, BEGIN + 2])

    def test_who_waits_for_another_program_keeps_nobody_else_waiting(self):
        """FT11: not even for a read; health is asked on the same connection."""
        with open(f"{self.database.file}-shm", "r+b") as locks:
            first, count = READ_LOCKS

            def lock():
                try:
                    fcntl.lockf(locks, fcntl.LOCK_EX | fcntl.LOCK_NB, count, first)
                except BlockingIOError:
                    return False
                return True

            programs.wait_until(lock, "nobody reads")
            waiting = self.api.stub.GetCall.future(api.service.GetCallRequest(name="calls/1"),
                                                   timeout=60)
            for _ in range(100):
                self.assertEqual(self.api.health(), api.SERVING)
                with self.assertRaises(grpc.RpcError) as refused:
                    self.api.get_call("no-number")
                self.assertEqual(refused.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
            self.assertFalse(waiting.done())
        self.assertEqual(waiting.result(30).call.status_text, "Ready")

    def test_second_signal_ends_a_stop_that_waits(self):
        """FT55: at once, and nothing that was acknowledged is lost."""
        self.sender.post(webhook.status_update(1, "ringing", BEGIN, "vapi-1"))
        self.service.stop()
        patient = subprocess.Popen([programs.BIN / "call-event-service", "--drain=10m",
                                    f"--listen=127.0.0.1:{self.service.port}",
                                    f"--database={self.database.url}"], stdout=subprocess.PIPE)
        self.addCleanup(patient.stdout.close)
        self.addCleanup(patient.kill)
        self.assertIn(b" ready on ", patient.stdout.readline())
        other = self.open()
        other.execute("BEGIN IMMEDIATE")
        channel = self.connect(self.service.address)
        creation = channel.stub.CreateCall.future(
            api.service.CreateCallRequest(call=api.call.Call(), call_id="1000"), timeout=60)
        states = channel.watch_health()
        self.assertEqual(next(states), api.SERVING)
        patient.terminate()
        self.assertEqual(next(states), api.NOT_SERVING)
        self.assertIsNone(patient.poll())
        patient.terminate()
        self.assertEqual(patient.wait(5), -signal.SIGTERM)
        self.assertIsNotNone(creation.exception(30))
        other.execute("ROLLBACK")
        self.restart_service()
        self.assertEqual(self.times_of(1), [BEGIN])

    def test_long_reader_lets_the_wal_grow_only_as_long_as_it_reads(self):
        """FT12."""
        reader = self.open()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM call").fetchall()
        wal = pathlib.Path(f"{self.database.file}-wal")
        number = 0

        def post():
            nonlocal number
            number += 1
            body = webhook.report(number % 8 + 1, BEGIN + number, "v", messages=ENTRIES)
            self.assertEqual(self.sender.post(body).http, 200)

        while wal.stat().st_size < MAX_WAL_BYTES * GROWTH:
            post()
        reader.execute("COMMIT")

        def is_small():
            post()  # what is written is what notices
            return wal.stat().st_size <= MAX_WAL_BYTES

        programs.wait_until(is_small, "a small WAL", 60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
