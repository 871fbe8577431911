"""PostgreSQL cuts connections, and a pooler in front of it hands them out by the transaction."""

import pathlib
import random
import shutil
import socket
import subprocess
import threading
import unittest

import surroundings
import api
import databases
import grpc
import psycopg2
import programs
import webhook
from load import CALLS
from webhook import BEGIN

ROUNDS = 20 if programs.LONG else 4
POOLER = pathlib.Path("/usr/sbin/pgbouncer")
OTHERS_PIDS = ("SELECT pid FROM pg_stat_activity"
               " WHERE datname = current_database() AND pid <> pg_backend_pid()")


class CutConnectionsTest(surroundings.FaultTest):
    """The database is a database of a real server."""

    def setUp(self):
        super().setUp()
        self.start_with_spool()
        self.create_calls(range(1, CALLS + 1))

    def cut_all(self):
        pids = self.rows(OTHERS_PIDS)
        for (pid,) in pids:
            self.rows("SELECT pg_terminate_backend(?)", pid)
        return len(pids)

    def test_connections_that_are_cut_under_load_cost_nothing(self):
        """FT16: every event is acknowledged, by the service or the spool, and is there once."""
        load = self.start_load()
        cut = 0
        for _ in range(ROUNDS):
            load.await_progress()
            cut += self.cut_all()
        load.await_progress()
        load.stop()
        self.assertGreater(cut, ROUNDS)
        self.assertEqual(load.errors, [])
        self.assertLessEqual(set(load.answers), {200, 202})
        self.wait_until_drained()
        self.assert_kept_once(load, self.service.address)

    def take_what_is_free(self, others):
        """Connects until the server has no connection left."""
        with self.assertRaisesRegex(Exception, "too many clients"):
            while True:
                others.append(self.database.connect())

    def test_server_without_a_connection_left_is_waited_for(self):
        """FT16: other programs hold them all."""
        self.rows("SELECT 1")  # so that the test has its own
        others = []
        self.addCleanup(lambda: [other.close() for other in others])

        def hold_all():
            self.take_what_is_free(others)
            held = {other.info.backend_pid for other in others}
            ours = [pid for (pid,) in self.rows(OTHERS_PIDS) if pid not in held]
            for pid in ours:
                self.rows("SELECT pg_terminate_backend(?, 5000)", pid)
            return not ours

        programs.wait_until(hold_all, "the service has no connection")
        answer = self.sender.post(webhook.status_update(1, "ringing", BEGIN, "vapi-1"))
        self.assertEqual(answer.http, 202, answer)
        self.await_readiness(api.NOT_SERVING)
        for other in others:
            other.close()
        self.await_readiness(api.SERVING)
        self.wait_until_drained()
        self.assertEqual(self.times_of(1), [BEGIN])


class FullDiskTest(surroundings.FaultTest):
    """The tables are on a small disk, the server's own log elsewhere."""

    def setUp(self):
        super().setUp()
        disk = self.mount_small_disk(8)
        self.folder.chmod(0o755)  # the server does not run as root
        tables = disk / "tables"
        tables.mkdir()
        shutil.chown(tables, "postgres")
        other, self.database = self.database, databases.PostgresDatabase(is_empty=True)
        (name,), = self.rows("SELECT current_database()")
        other.rows(f"CREATE TABLESPACE small LOCATION '{tables}'")
        self.addCleanup(lambda: other.rows("DROP TABLESPACE small"))
        other.rows(f"ALTER DATABASE {name} SET default_tablespace = small")
        self.addCleanup(lambda: other.rows(f"DROP DATABASE {name} WITH (FORCE)"))
        self.addCleanup(self.database.close)
        self.disk = disk
        self.start_with_spool("--migrate")
        self.create_calls(range(1, CALLS + 1))

    def post_reports(self):
        """One for each call, which no free page has room for; what was answered."""
        return {self.sender.post(webhook.report(
            call_id, BEGIN, f"vapi-{call_id}", messages=[
                {"role": "user", "message": random.Random(call_id).randbytes(50_000).hex()}])).http
                for call_id in range(1, CALLS + 1)}

    def test_disk_that_is_full_costs_nothing_and_heals_by_itself(self):
        """FT8: what does not fit goes to the spool; reads go on; nothing of it is half there; the
        service says that it is not ready, though alive, until it is by itself."""
        ballast = self.fill(self.disk)
        self.assertEqual(self.post_reports(), {202})
        self.await_readiness(api.NOT_SERVING)
        self.assertEqual(self.api.health(), api.SERVING)
        self.assertEqual([self.times_of(call_id) for call_id in range(1, CALLS + 1)], [[]] * CALLS)
        self.assertEqual(self.rows("SELECT count(*) FROM transcript"), [(0,)])
        ballast.unlink()
        self.await_readiness(api.SERVING)
        self.wait_until_drained()
        for call_id in range(1, CALLS + 1):
            self.assertEqual((self.times_of(call_id), len(self.api.transcript(call_id))),
                             ([BEGIN], 1))
        self.assertEqual(self.database.problems(), [])


@unittest.skipUnless(POOLER.exists(), "pgbouncer is not installed")
class PoolerTest(surroundings.FaultTest):
    """PgBouncer between the service and the server."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)  # PgBouncer does not run as root
        self.socket_folder = self.database.url.split("host=")[1].split("&")[0]
        self.name = self.database.url.split("///")[1].split("?")[0]
        self.url = f"postgresql:///{self.name}?host={self.folder}&port=6432&user=postgres"

    def start_pooler(self, mode, more=""):
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(f"""[databases]
{self.name} = host={self.socket_folder} user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = {self.folder}
listen_port = 6432
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits,options
{more}
""")
        pooler = subprocess.Popen([POOLER, "-q", "-u", "postgres", settings],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(pooler.wait)
        self.addCleanup(pooler.kill)
        programs.wait_until(self.pooler_listens, "the pooler listens")
        return pooler

    def pooler_listens(self):
        """Its file is there before."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.folder / ".s.PGSQL.6432"))
            except OSError:
                return False
        return True

    def stop_pooler(self, pooler):
        pooler.kill()
        pooler.wait()
        (self.folder / ".s.PGSQL.6432").unlink()

    def run_load(self, during=lambda: None):
        """`during` runs in the middle of it."""
        self.service = self.start(programs.start_service(self.url))
        self.api = self.connect(self.service.address)
        self.adapter = self.start_spooling_adapter(self.service.address)
        for call_id in range(1, CALLS + 1):
            self.rows("INSERT INTO call (id, status) VALUES (?, 'Ready')", call_id)
        load = self.start_load()
        reader = threading.Thread(target=self.read_while, args=(load,))
        reader.start()
        load.await_progress(300)
        during()
        load.await_progress(300)
        load.stop()
        reader.join()
        self.assertEqual(load.errors, [])
        return load

    def read_while(self, load):
        """Reads use connections of their own, so that the pooler has several to hand out."""
        while load.is_running():
            try:
                self.api.get_call(1)
            except grpc.RpcError:
                pass

    def test_sessions_are_served(self):
        """FT17: the mode that docs/scaling.md asks for."""
        self.start_pooler("session")
        load = self.run_load()
        self.assertEqual(set(load.answers), {200})
        self.assert_kept_once(load, self.service.address)

    def test_pooler_by_the_transaction_is_refused_at_the_start(self):
        """FT17: the sentence says what to do."""
        self.start_pooler("transaction")
        refused = programs.run("call-event-service", "--listen=127.0.0.1:0",
                               f"--database={self.url}")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("pool_mode = session", refused.stderr)
        self.assertEqual(len(refused.stderr.splitlines()), 1, refused.stderr)

    def test_pooler_by_the_transaction_that_others_use_is_refused_at_the_start(self):
        """FT17: also where it has sessions to choose from."""
        self.start_pooler("transaction", "server_round_robin = 1")
        others = [psycopg2.connect(self.url) for _ in range(3)]
        for other in others:
            self.addCleanup(other.close)
            other.cursor().execute("SELECT 1")  # in a transaction
        for other in others:
            other.rollback()
        refused = programs.run("call-event-service", "--listen=127.0.0.1:0",
                               f"--database={self.url}")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("pool_mode = session", refused.stderr)

    def test_mode_that_changes_while_the_service_runs_costs_no_event(self):
        """FT17: prepared statements are not there in the next transaction. What fails waits in the
        spool until the mode is right."""
        pooler = self.start_pooler("session")

        def change():
            self.stop_pooler(pooler)
            self.wrong_pooler = self.start_pooler("transaction")

        load = self.run_load(change)
        self.assertLessEqual(set(load.answers), {200, 202})
        self.stop_pooler(self.wrong_pooler)
        self.start_pooler("session")
        self.wait_until_drained(60)
        self.assert_kept_once(load, self.service.address)


if __name__ == "__main__":
    assert databases.KIND == "postgresql"
    unittest.main(verbosity=2)
