"""Disks that are full, broken or read-only: nothing is promised that is not kept, and it heals."""

import os
import subprocess
import unittest

import surroundings
import api
import databases
import grpc
import programs
import webhook
from webhook import BEGIN

SHIM = os.environ.get("AUTOPULSE_FAILING_FSYNC", "")
TEXT = "x" * 100_000
CALLS = 12


class DiskTest(surroundings.FaultTest):
    """The database or the spool is on a disk of its own."""

    def put_database_on(self, disk):
        self.database = databases.SqliteDatabase(disk)
        self.addCleanup(self.database.close)

    def register_calls(self):
        self.create_calls(range(1, CALLS + 1))

    def post_reports(self):
        """One for each call; what was answered."""
        return [self.sender.post(webhook.report(
            call_id, BEGIN, f"vapi-{call_id}", messages=[{"role": "user", "message": TEXT}])).http
            for call_id in range(1, CALLS + 1)]

    def assert_all_reported_once(self):
        for call_id in range(1, CALLS + 1):
            self.assertEqual((self.times_of(call_id), len(self.api.transcript(call_id))),
                             ([BEGIN], 1))
        self.assertEqual(self.database.problems(), [])

    def test_full_disk_heals_without_an_event(self):
        """FT8: as where the adapter holds events back until the service is ready."""
        disk = self.mount_small_disk(8)
        self.put_database_on(disk)
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        ballast = self.fill(disk)
        with self.assertRaises(grpc.RpcError):
            self.api.create_call(1)
        self.await_readiness(api.NOT_SERVING)
        ballast.unlink()
        self.await_readiness(api.SERVING)
        self.api.create_call(1)

    def test_database_disk_that_is_full_costs_nothing_and_heals_by_itself(self):
        """FT8: what does not fit goes to the spool; reads go on; nothing of it is half there; the
        service says that it is not ready, though alive, until it is by itself."""
        disk = self.mount_small_disk(8)
        self.put_database_on(disk)
        self.start_with_spool()
        self.register_calls()
        self.assertEqual(self.api.health(surroundings.READINESS), api.SERVING)
        ballast = self.fill(disk)
        answers = self.post_reports()
        self.assertEqual(set(answers), {202})
        with self.assertRaises(grpc.RpcError) as refused:
            self.api.create_call(1000)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertEqual([self.times_of(call_id) for call_id in range(1, CALLS + 1)],
                         [[]] * CALLS)
        self.assertEqual(self.rows("SELECT count(*) FROM transcript"), [(0,)])
        self.await_readiness(api.NOT_SERVING)
        self.assertEqual(self.api.health(), api.SERVING)
        ballast.unlink()
        self.await_readiness(api.SERVING)
        self.wait_until_drained()
        self.assert_all_reported_once()

    def test_database_disk_that_becomes_read_only_costs_nothing(self):
        """FT10: as after an error of the disk."""
        disk = self.mount_small_disk(64)
        self.put_database_on(disk)
        self.start_with_spool()
        self.register_calls()
        # What is open for writing keeps a disk from becoming read-only: a new service finds it so.
        self.database.close()
        self.service.stop()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        result = programs.run("call-event-service", "--listen=127.0.0.1:0",
                              f"--database={self.database.url}")
        self.assertEqual(result.returncode, 3)
        self.assertIn("calls.db", result.stderr)
        self.assertEqual(set(self.post_reports()), {202})
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        self.restart_service()
        self.wait_until_drained()
        self.assert_all_reported_once()

    def test_spool_on_a_read_only_disk_is_refused_at_the_start(self):
        """FT10."""
        disk = self.mount_small_disk(64)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              "--insecure-no-auth", f"--spool={disk}/spool.db")
        self.assertEqual(result.returncode, 3)
        self.assertIn("spool.db", result.stderr)

    def test_spool_that_is_the_database_is_refused_at_the_start(self):
        """FT10: and nothing is changed in it."""
        self.service = self.start_service()
        tables = self.rows("SELECT name FROM sqlite_master ORDER BY name")
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              "--insecure-no-auth", f"--spool={self.database.file}")
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"cannot use the spool {self.database.file}: it is no spool", result.stderr)
        self.assertEqual(self.rows("SELECT name FROM sqlite_master ORDER BY name"), tables)

    def failing_disk(self):
        """The environment of a program whose fsync fails while the file `broken` is there."""
        if not SHIM:
            self.skipTest("there is no AUTOPULSE_FAILING_FSYNC, as under sanitizers")
        self.broken = self.folder / "broken"
        return {"LD_PRELOAD": SHIM, "FAILING_FSYNC_WHILE": str(self.broken)}

    def test_fsync_error_below_the_database_is_not_acknowledged(self):
        """FT9: the service ends and says why; the event waits in the spool; the database is whole
        when it starts again."""
        self.start_with_spool(environment=self.failing_disk())
        self.register_calls()
        self.broken.touch()
        self.assertEqual(set(self.post_reports()), {202})
        self.assertEqual(self.service.wait(), 1)
        self.assertIn("calls.db-wal", self.service.log_text())
        self.broken.unlink()
        self.restart_service()
        self.wait_until_drained()
        self.assert_all_reported_once()

    def test_fsync_error_at_the_start_is_refused(self):
        """FT9: what was left in the log is made durable first; a later start does it."""
        environment = self.failing_disk()
        self.service = self.start_service(environment=environment)
        self.api = self.connect(self.service.address)
        self.register_calls()
        self.service.kill()
        self.broken.touch()
        result = programs.run("call-event-service", "--listen=127.0.0.1:0",
                              f"--database={self.database.url}", environment=environment)
        self.assertEqual(result.returncode, 3)
        self.assertIn("calls.db", result.stderr)
        self.broken.unlink()
        self.restart_service()
        self.assertEqual(len(self.rows("SELECT id FROM call")), CALLS)

    def test_fsync_error_below_the_spool_is_not_acknowledged(self):
        """FT9: 503, since nobody has the event; it takes events again once the disk does."""
        environment = self.failing_disk()
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.register_calls()
        self.adapter = self.start_spooling_adapter(self.service.address, environment=environment)
        self.sender = self.sender_to(self.adapter)
        self.service.kill()
        self.broken.touch()
        self.assertEqual(set(self.post_reports()), {503})
        self.broken.unlink()
        self.assertEqual(set(self.post_reports()), {202})
        self.adapter.kill()
        self.restart_service()
        self.adapter = self.start_spooling_adapter(self.service.address)
        self.wait_until_drained()
        self.assert_all_reported_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
