"""What the end-to-end tests start from: a service, an adapter and a temporary folder."""

import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

import api
import databases
import programs
import webhook
from load import Load


class EndToEndTest(unittest.TestCase):
    """Programs are killed after the test, whatever became of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.spool = self.folder / "spool.db"
        self.database = databases.new(self.folder)
        self.addCleanup(self.database.close)

    def start(self, program):
        """Has a started program ended with the test."""
        self.addCleanup(program.__exit__)
        return program

    def start_service(self, *arguments, **options):
        return self.start(programs.start_service(self.database.url, *arguments, **options))

    def start_adapter(self, service_address, *arguments, **options):
        return self.start(
            programs.start_adapter(service_address, self.folder, *arguments, **options))

    def start_spooling_adapter(self, service_address, *arguments, **options):
        """An adapter that keeps in `spool` what the service does not take."""
        return self.start_adapter(service_address, f"--spool={self.spool}", *arguments, **options)

    def assert_says_that_it_could_not_write(self, name, *arguments):
        """What a program prints goes to a disk that is full."""
        with open("/dev/full", "wb") as full:
            done = programs.run(name, *arguments, stdout=full)
        self.assertEqual((done.returncode, done.stderr),
                         (1, f"{name}: cannot write to standard output\n"), arguments)

    def start_both(self):
        """Sets `service`, `adapter`, `api` and `sender`."""
        self.service = self.start_service()
        self.adapter = self.start_adapter(self.service.address)
        self.api = self.connect(self.service.address)
        self.sender = self.sender_to(self.adapter)

    def connect(self, address):
        connection = api.Api(address)
        self.addCleanup(connection.channel.close)
        return connection

    def sender_to(self, adapter):
        sender = webhook.Sender(adapter.address)
        self.addCleanup(sender.close)
        return sender

    def start_load(self):
        """A load on `adapter` that stops with the test at the latest."""
        started = Load(self.adapter.address)
        self.addCleanup(started.stop)
        return started

    def rows(self, statement, *values):
        """What another program finds in the tables, or does to them."""
        return self.database.rows(statement, *values)

    def spooled(self, statement):
        """Rows of the adapter's spool."""
        database = sqlite3.connect(self.spool, timeout=30)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def wait_until_drained(self, seconds=30.0):
        programs.wait_until(lambda: not self.spooled("SELECT 1 FROM pending_event LIMIT 1"),
                            "an empty spool", seconds)

    def mount_small_disk(self, megabytes):
        """A folder with so much room. Skips the test where nothing may be mounted."""
        disk = self.folder / "disk"
        disk.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk],
                               capture_output=True, check=False)
        if mount.returncode != 0:
            self.skipTest("a file system may not be mounted here: it takes root")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        return disk

    def assert_kept_once(self, load, address):
        """Each acknowledged event is in the journal exactly once."""
        connection = self.connect(address)
        for call_id, times in load.acknowledged.items():
            stored = [event.event_time.ToMilliseconds() for event in connection.events(call_id)]
            self.assertEqual(len(stored), len(set(stored)), "an event is there twice")
            self.assertFalse(times - set(stored), "an acknowledged event is lost")
        self.assertEqual(self.database.problems(), [])

    def assert_answer(self, answer, http, **fields):
        self.assertEqual(answer.http, http, answer)
        self.assertIn("application/json", answer.headers.get("content-type", ""))
        self.assertEqual(answer.json, fields)
