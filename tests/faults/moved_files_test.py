"""Files that are removed, renamed or replaced under the programs that have them open [FT66]: what
is acknowledged is in the file that the next start finds, or in the one that was taken away."""

import os
import sqlite3
import unittest

import surroundings
import programs
import webhook
from webhook import BEGIN

CALLS = range(1, 9)
EVENTS = 40
REASON = "removed, renamed or replaced"


class MovedFilesTest(surroundings.FaultTest):
    """Webhooks for a few calls; remembers what was acknowledged."""

    def setUp(self):
        super().setUp()
        self.start_with_spool()
        self.create_calls(CALLS)
        self.time = BEGIN
        self.acknowledged = set()
        self.moved = self.folder / "moved.db"

    def post(self):
        """Some events; what was answered."""
        answers = set()
        for number in range(EVENTS):
            self.time += 1
            call_id = CALLS[number % len(CALLS)]
            answer = self.sender.post(
                webhook.status_update(call_id, "in-progress", self.time, f"vapi-{call_id}")).http
            if answer in (200, 202):
                self.acknowledged.add(self.time)
            answers.add(answer)
        return answers

    def recorded(self):
        return {time for call_id in CALLS for time in self.times_of(call_id)}

    def await_all_recorded(self):
        programs.wait_until(lambda: self.acknowledged <= self.recorded(), "all events recorded")

    def back_up(self, file):
        """A copy of a database that is in use, beside it."""
        copy = self.folder / "copy.db"
        source, target = sqlite3.connect(file), sqlite3.connect(copy)
        source.backup(target)
        source.close()
        target.close()
        return copy


class MovedDatabaseTest(MovedFilesTest):
    """The service ends and says why; events wait in the spool."""

    def setUp(self):
        super().setUp()
        self.assertEqual(self.post(), {200})

    def assert_ends(self, name="calls.db"):
        self.assertEqual(self.service.wait(), 1)
        self.assertIn(REASON, self.service.log_text())
        self.assertIn(f"file={self.folder / name}\n", self.service.log_text())

    def test_removed_database_takes_nothing_more(self):
        self.database.file.unlink()
        self.acknowledged = set()  # went with the file
        self.assertEqual(self.post(), {202})
        self.assert_ends()
        self.restart_service()
        self.create_calls(CALLS)
        self.await_all_recorded()
        self.assertEqual(self.database.problems(), [])

    def test_renamed_database_is_noticed_without_an_event_and_is_whole(self):
        """It can be used alone, without the log that it left behind."""
        self.database.file.rename(self.moved)
        self.assert_ends()
        self.assertEqual((self.folder / "calls.db-wal").stat().st_size, 0)
        self.moved.rename(self.database.file)
        self.restart_service()
        self.assertEqual(self.recorded(), self.acknowledged)

    def test_replaced_database_takes_nothing_more_and_its_log_is_not_mixed_with_another(self):
        copy = self.back_up(self.database.file)
        kept = set(self.acknowledged)
        self.assertEqual(self.post(), {200})
        os.replace(copy, self.database.file)
        self.acknowledged = kept  # what came after went with the file
        self.assertEqual(self.post(), {202})
        self.assert_ends()
        self.restart_service()
        self.await_all_recorded()
        self.assertEqual(self.recorded(), self.acknowledged)
        self.assertEqual(self.database.problems(), [])

    def test_removed_log_of_the_database_loses_nothing(self):
        (self.folder / "calls.db-wal").unlink()
        self.assertEqual(self.post(), {202})
        self.assert_ends("calls.db-wal")
        self.restart_service()
        self.await_all_recorded()
        self.assertEqual(self.database.problems(), [])


class MovedSpoolTest(MovedFilesTest):
    """The adapter answers 503, and sends what it has."""

    def setUp(self):
        super().setUp()
        self.service.kill()
        self.assertEqual(self.post(), {202})

    def assert_refuses(self, name="spool.db"):
        self.assertEqual(self.post(), {503})
        self.assertIn(f"`{self.folder / name}` was {REASON}", self.adapter.log_text())

    def assert_sends_what_it_has(self):
        self.restart_service()
        self.await_all_recorded()

    def test_removed_spool_takes_nothing_more(self):
        self.spool.unlink()
        self.assert_refuses()
        self.assert_sends_what_it_has()

    def test_removed_log_of_the_spool_loses_nothing(self):
        (self.folder / "spool.db-wal").unlink()
        self.assert_refuses("spool.db-wal")
        self.adapter.stop()
        self.restart_adapter()
        self.assertEqual(self.post(), {202})
        self.assert_sends_what_it_has()

    def test_renamed_spool_takes_events_again_once_it_is_back(self):
        self.spool.rename(self.moved)
        self.assert_refuses()
        self.moved.rename(self.spool)
        self.assertEqual(self.post(), {202})
        self.assert_sends_what_it_has()

    def test_renamed_spool_is_whole_after_the_adapter(self):
        """It can be used alone, without the log that it left behind."""
        self.spool.rename(self.moved)
        self.adapter.stop()
        self.spool.with_name("spool.db-wal").unlink()
        self.moved.rename(self.spool)
        self.adapter = self.start_spooling_adapter(self.service.address)
        self.assert_sends_what_it_has()

    def test_log_of_a_replaced_spool_is_not_mixed_with_another(self):
        copy = self.back_up(self.spool)
        kept = set(self.acknowledged)
        self.assertEqual(self.post(), {202})
        os.replace(copy, self.spool)
        self.assert_refuses()
        self.adapter.stop()
        self.restart_adapter()
        self.assertEqual(self.spooled("PRAGMA integrity_check"), [("ok",)])
        self.acknowledged = kept  # what came after went with the file
        self.assertEqual(self.post(), {202})
        self.assert_sends_what_it_has()


if __name__ == "__main__":
    unittest.main(verbosity=2)
