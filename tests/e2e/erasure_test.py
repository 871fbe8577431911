"""Erasure and retention through the real programs, down to the bytes of the files."""

import json
import re
import unittest

import databases
import fixture
import programs
import webhook

REASON = "customer-ended-call"
SECRETS = (b"+4917099988877", b"my name is Ada Lovelace", b"recording-of-ada", b"summary about Ada",
           b"favourite-colour-green")


def report(call_id, timestamp=1769860800000, event=""):
    return {"message": {
        "type": "end-of-call-report", "timestamp": timestamp, "endedReason": REASON + event,
        "call": {"id": f"vapi-{call_id}", "assistantOverrides": {
            "variableValues": {"call_id": call_id}}},
        "artifact": {"recordingUrl": "https://example.com/recording-of-ada"},
        "analysis": {"summary": "a summary about Ada",
                     "structuredData": {"favourite-colour-green": True}},
        "messages": [{"role": "user", "message": "my name is Ada Lovelace",
                      "time": 1769860800000}]}}


class ErasureTest(fixture.EndToEndTest):

    def erase(self, *arguments):
        return programs.run("callctl", f"--service={self.service.address}", "calls", "erase",
                            *arguments)

    def assert_files_hold(self, pattern, secrets):
        """These secrets and no others."""
        files = list(self.folder.glob(pattern))
        self.assertNotEqual(files, [], pattern)
        content = b"".join(path.read_bytes() for path in files)
        self.assertEqual({secret for secret in SECRETS if secret in content}, secrets, files)

    def assert_database_holds(self, secrets):
        """In its files; PostgreSQL's are the server's, which empties them in its own time."""
        if databases.KIND == "sqlite":
            self.assert_files_hold("calls.db*", secrets)

    def test_an_erased_call_is_gone_from_rows_and_files_and_stays_gone(self):  # X1
        self.start_both()
        self.api.create_call(15, customer_number="+4917099988877")
        self.assertEqual(self.sender.post(report(15)).http, 200)
        second = self.sender.post(report(15, 1769860900000, "-again"))  # replaces the transcript
        self.assertEqual(second.http, 200)
        self.assert_database_holds(set(SECRETS))
        erased = self.erase("15", "--yes")
        self.assertEqual(erased.returncode, 0, erased.stderr)
        self.assertIn("erased:", erased.stdout)
        self.assert_database_holds(set())
        self.assertEqual(
            self.rows("SELECT status, vapi_call_id, customer_number, recording_url, ended_reason,"
                      " analysis_summary, analysis_structured_data FROM call"),
            [("Completed", "vapi-15", None, None, None, None, None)])
        self.assertEqual(self.rows("SELECT * FROM transcript"), [])
        self.assertEqual(self.rows("SELECT * FROM call_event_transcript"), [])

        repeat = self.sender.post(report(15))
        self.assertEqual((repeat.http, repeat.json["duplicate"]), (200, True))
        late = self.sender.post(report(15, 1769869900000, "-late"))
        self.assertEqual((late.http, late.json["stale"]), (200, True))
        self.assertEqual(self.rows("SELECT * FROM transcript"), [])
        self.assertEqual(self.rows("SELECT count(*) FROM call_event WHERE forget_time IS NULL"),
                         [(0,)])
        self.assert_database_holds(set())

    def start_adapter_for_operators(self):
        """An adapter with a spool and an admin listener; the arguments of callctl for it."""
        token = self.folder / "admin-token"
        token.write_text("the-admin-token\n")
        self.adapter = self.start_spooling_adapter(
            self.service.address, "--admin-listen=127.0.0.1:0", f"--admin-token-file={token}")
        self.sender = self.sender_to(self.adapter)
        found = programs.wait_until(
            lambda: re.search(r"admin listener ready port=(\d+)", self.adapter.log_text()),
            "the admin listener")
        return f"--adapter=http://127.0.0.1:{found[1]}", f"--adapter-token-file={token}"

    def start_another_service(self):
        """On another port: what waits for the first one goes on waiting."""
        self.service.kill()
        self.service = self.start_service()
        self.api = self.connect(self.service.address)

    def test_an_erased_call_is_gone_from_what_adapters_hold_and_stays_gone(self):  # X1
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        adapter = self.start_adapter_for_operators()
        self.api.create_call(15, customer_number="+4917099988877")
        self.assertEqual(self.sender.post(report(15)).http, 200)
        self.assertEqual(self.sender.post(json.dumps(report(15)) + "}").http, 400)  # a dead letter
        self.start_another_service()
        waiting = report(15, 1769860900000, "-again")
        self.assertEqual(self.sender.post(waiting).http, 202)
        self.assertEqual(self.spooled("SELECT (SELECT count(*) FROM pending_event),"
                                      " (SELECT count(*) FROM dead_letter)"), [(1, 1)])
        self.assert_files_hold("spool.db*", set(SECRETS) - {SECRETS[0]})

        half = self.erase("15", "--yes", "--adapter=http://127.0.0.1:1", *adapter)
        self.assertEqual(half.returncode, 4, half.stderr)
        self.assertIn("run this again", half.stderr)
        self.assertIn("1 waiting events and 1 dead letters erased", half.stderr)
        again = self.erase("15", "--yes", *adapter)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("erased:", again.stdout)
        self.assertIn("0 waiting events and 0 dead letters erased", again.stderr)
        self.assert_database_holds(set())
        self.assert_files_hold("spool.db*", set())

        self.adapter.kill()
        self.start_adapter_for_operators()
        for body in (report(15), waiting, report(15, 1769869900000, "-late")):
            self.assertEqual(self.sender.post(body).http, 200)
        self.assertEqual(self.rows("SELECT * FROM transcript"), [])
        self.assertEqual(self.rows("SELECT customer_number, recording_url FROM call"),
                         [(None, None)])
        self.assert_database_holds(set())
        self.assert_files_hold("spool.db*", set())

    def test_what_names_only_an_older_attempt_is_erased_in_adapters_too(self):  # X1, O5
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        adapter = self.start_adapter_for_operators()
        self.api.create_call(15)
        for begin, attempt in ((1769860800000, "vapi-first"), (1769860900000, "vapi-second")):
            body = webhook.status_update(15, "ringing", begin, attempt)
            self.assertEqual(self.sender.post(body).http, 200)
        self.assertEqual(self.rows("SELECT vapi_call_id FROM call"), [("vapi-second",)])
        first = report(15)
        first["message"]["call"] = {"id": "vapi-first"}
        self.assertEqual(self.sender.post(json.dumps(first) + "}").http, 400)  # a dead letter
        self.start_another_service()
        self.assertEqual(self.sender.post(first).http, 202)
        self.assertEqual(self.spooled("SELECT (SELECT count(*) FROM pending_event),"
                                      " (SELECT count(*) FROM dead_letter)"), [(1, 1)])

        erased = self.erase("15", "--yes", *adapter)
        self.assertEqual(erased.returncode, 0, erased.stderr)
        self.assertIn("1 waiting events and 1 dead letters erased", erased.stderr)
        self.assert_files_hold("spool.db*", set())

    def test_an_adapter_says_why_it_lets_nobody_in(self):
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.api.create_call(15)
        url, _ = self.start_adapter_for_operators()
        wrong = self.folder / "wrong-token"
        wrong.write_text("another-token\n")
        refused = self.erase("15", "--yes", url, f"--adapter-token-file={wrong}")
        self.assertEqual(refused.returncode, 8, refused.stderr)
        self.assertIn("not erased: HTTP 401: send an admin token", refused.stderr)

    def test_event_that_waits_while_its_call_is_erased_brings_nothing_back(self):  # X1
        """The adapter is not asked: what it sends later finds the tombstone."""
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.start_adapter_for_operators()
        port = self.service.port
        self.api.create_call(15, customer_number="+4917099988877")
        self.start_another_service()
        self.assertEqual(self.sender.post(report(15)).http, 202)
        self.assertEqual(self.erase("15", "--yes").returncode, 0)
        self.service.kill()
        self.service = self.start_service(listen=f"127.0.0.1:{port}")
        self.wait_until_drained()
        self.assertEqual(self.rows("SELECT * FROM transcript"), [])
        self.assert_database_holds(set())

    def test_erasing_asks_first(self):
        self.start_both()
        self.api.create_call(15, customer_number="+4917099988877")
        refused = self.erase("15")
        self.assertEqual(refused.returncode, 6, refused.stderr)
        self.assertIn("give --yes", refused.stderr)
        self.assertEqual(self.api.get_call(15).customer_number, "+4917099988877")
        missing = self.erase("99", "--yes")
        self.assertEqual(missing.returncode, 5, missing.stderr)

    def await_rows(self, statement, expected):
        programs.wait_until(lambda: self.rows(statement) == expected, f"{expected}: {statement}")

    def test_the_service_folds_and_erases_by_age(self):  # F1, X1
        self.start_both()
        self.api.create_call(15, customer_number="+4917099988877")
        self.assertEqual(self.sender.post(report(15)).http, 200)
        self.service.stop()
        self.service = self.start_service("--fold-window=1ms", "--housekeeping=50ms")
        self.await_rows("SELECT count(*) FROM call_event WHERE forget_time IS NOT NULL", [(1,)])
        self.assertEqual(self.rows("SELECT content FROM transcript"),
                         [("my name is Ada Lovelace",)])
        self.assertEqual(self.rows("SELECT count(*) FROM call_event_transcript"), [(0,)])
        self.service.stop()
        self.service = self.start_service("--erase-after=1ms", "--housekeeping=50ms")
        self.await_rows("SELECT count(*) FROM call WHERE erase_time IS NOT NULL", [(1,)])
        self.assertEqual(self.rows("SELECT customer_number FROM call"), [(None,)])

    def test_retain_says_and_does_what_the_service_would(self):  # F1
        self.start_both()
        self.api.create_call(15, customer_number="+4917099988877")
        self.assertEqual(self.sender.post(report(15)).http, 200)
        retain = ("call-event-migrate", f"--database={self.database.url}", "retain",
                  "--fold-window=1us", "--erase-after=1us", "--report-status=completed")
        shown = programs.run(*retain, "--dry-run")
        self.assertEqual(shown.stdout, "1 calls would be folded away, 1 would be erased\n",
                         shown.stderr)
        self.assertEqual(self.rows("SELECT forget_time, erase_time FROM call_event JOIN call"
                                   " ON call.id = call_id"), [(None, None)])
        done = programs.run(*retain)
        self.assertEqual(done.stdout, "1 calls folded away, 1 erased\n", done.stderr)
        again = programs.run(*retain)
        self.assertEqual(again.stdout, "0 calls folded away, 0 erased\n", again.stderr)
        self.assert_database_holds(set())


if __name__ == "__main__":
    unittest.main()
