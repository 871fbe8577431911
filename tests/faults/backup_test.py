"""The backup of docs/operations.md, taken while events come in, and restored."""

import datetime
import subprocess
import unittest

import surroundings
import databases
import programs
from load import CALLS


def time_text(milliseconds):
    """As the databases show it."""
    moment = datetime.datetime.fromtimestamp(milliseconds // 1000, databases.UTC)
    return moment.replace(microsecond=milliseconds % 1000 * 1000).strftime(databases.TIME_FORMAT)


class BackupTest(surroundings.FaultTest):
    """A copy that is taken while events come in."""

    def assert_holds(self, restored, acknowledged):
        """What was acknowledged before the copy is in it, once."""
        for call_id, times in acknowledged.items():
            stored = [time for (time,) in restored.rows(
                "SELECT event_time FROM call_event WHERE call_id = ?", call_id)]
            self.assertEqual(len(stored), len(set(stored)))
            self.assertFalse({time_text(time) for time in times} - set(stored))
        self.assertEqual(restored.problems(), [])

    def restored(self):
        """Another database, made from a copy of this one."""
        if databases.KIND == "postgresql":
            dump = self.folder / "dump"
            subprocess.run(["pg_dump", "--format=custom", f"--file={dump}",
                            f"--dbname={self.database.url}"], check=True)
            other = databases.PostgresDatabase(is_empty=True)
            subprocess.run(["pg_restore", "--no-owner", f"--dbname={other.url}", dump], check=True)
        else:
            folder = self.folder / "restored"
            folder.mkdir()
            other = databases.SqliteDatabase(folder)
            subprocess.run(["sqlite3", self.database.file, f".backup '{other.file}'"], check=True)
        self.addCleanup(other.close)
        return other

    def test_backup_under_load_holds_what_was_acknowledged_before_it(self):
        """FT57: by the recipe of docs/operations.md; a service goes on with it."""
        self.start_with_spool()
        self.create_calls(range(1, CALLS + 1))
        load = self.start_load()
        for _ in range(3):
            load.await_progress(300)
        before = load.acknowledged_so_far()
        other = self.restored()
        load.stop()
        self.assertEqual(load.errors, [])
        self.assert_holds(other, before)
        verified = programs.run("call-event-migrate", f"--database={other.url}", "verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        service = self.start(programs.start_service(other.url))
        self.assertEqual(self.connect(service.address).get_call(1).status_text, "In Progress")


if __name__ == "__main__":
    unittest.main(verbosity=2)
