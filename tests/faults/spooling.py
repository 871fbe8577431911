"""A service and an adapter with a spool, on ports that they keep when they are started again."""

import sqlite3

import repeating_load  # noqa: F401  # first: it finds the modules of tests/e2e

# pylint: disable=wrong-import-order
import programs
from fixture import EndToEndTest

DRAIN_SECONDS = 1800.0 if programs.LONG else 120.0


class SpoolingTest(EndToEndTest):
    """Sets `service`, `adapter` and `api`."""

    def setUp(self):
        super().setUp()
        self.spool = self.folder / "spool.db"
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.adapter = self.start_adapter(self.service.address, f"--spool={self.spool}",
                                          "--log-level=error")

    def create_calls(self, calls):
        for call_id in calls:
            self.api.create_call(call_id)

    def restart_service(self):
        self.service = self.start_service(listen=self.service.address)

    def restart_adapter(self):
        self.adapter = self.start_adapter(self.service.address, f"--spool={self.spool}",
                                          "--log-level=error", listen=self.adapter.address)

    def spooled(self, statement):
        database = sqlite3.connect(self.spool, timeout=30)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def pending(self):
        # Lanes are few, and go with their last event.
        return self.spooled("SELECT count(*) FROM lane")[0][0]

    def wait_until_drained(self):
        programs.wait_until(lambda: self.pending() == 0, "an empty spool", DRAIN_SECONDS)

    def assert_kept_once_and_in_order(self, acknowledged):
        """The journal holds what was accepted, once, each call in the order of its intake [O7]."""
        for call_id, times in acknowledged.items():
            stored = [event.event_time.ToMilliseconds() for event in sorted(
                self.api.events(call_id), key=lambda event: event.sequence)]
            self.assertEqual(stored, times, f"call {call_id}")
        self.assertEqual(self.database.problems(), [])
        self.assertEqual(self.spooled("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.spooled("SELECT count(*) FROM dead_letter"), [(0,)])
