"""The adapter's spool: what was answered with 2xx arrives, once and in order, whatever is killed."""

import itertools
import json
import re
import subprocess
import unittest

import programs
import webhook
from fixture import EndToEndTest
from webhook import BEGIN

PAGE_SIZE = 4096  # of SQLite


class SpoolTest(EndToEndTest):
    """Adapters with a spool; the service comes and goes."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.port = self.service.port
        self.api = self.connect(self.service.address)
        self.restart_adapter()

    def restart_adapter(self, *arguments):
        """Starts an adapter; the one before must have ended."""
        self.adapter = self.start_spooling_adapter(f"127.0.0.1:{self.port}", *arguments)
        self.sender = self.sender_to(self.adapter)

    def restart_service(self):
        self.service = self.start_service(listen=f"127.0.0.1:{self.port}")
        self.api = self.connect(self.service.address)

    def test_what_was_accepted_survives_kill_9_of_the_adapter(self):
        """O7, FT3: 202 means that it is on disk."""
        self.api.create_call(1)
        self.service.kill()
        for number in range(20):
            body = webhook.status_update(1, "in-progress", BEGIN + number, "vapi-1")
            self.assert_answer(self.sender.post(body), 202, status="accepted",
                               message="Event queued", call_id=1)
        self.adapter.kill()
        self.restart_adapter()
        self.restart_service()
        self.wait_until_drained()
        times = [event.event_time.ToMilliseconds() for event in self.api.events(1)]
        self.assertEqual(times, [BEGIN + number for number in range(20)])

    def test_webhook_that_overtakes_its_registration_is_applied(self):
        """U1, FT48."""
        self.assert_answer(self.sender.post(webhook.status_update(7, "ringing", BEGIN, "vapi-7")),
                           202, status="error", message="Call with ID 7 not found", queued=True)
        self.api.create_call(7)
        self.wait_until_drained()
        self.assertEqual(self.api.get_call(7).status_text, "Ringing")

    def test_call_that_is_never_registered_makes_a_dead_letter(self):
        """U1."""
        self.adapter.stop()
        self.restart_adapter("--unknown-call-ttl=1s")
        self.sender.post(webhook.status_update(7, "ringing", BEGIN, "vapi-7"))
        self.wait_until_drained()
        self.assertEqual(self.spooled("SELECT reason, call FROM dead_letter"),
                         [("unknown_call", "calls/7")])

    def dead_letters(self, *arguments):
        return programs.run("vapi-webhook-adapter", "dead-letters", *arguments,
                            f"--spool={self.spool}", f"--service=127.0.0.1:{self.port}")

    def test_dead_letters_are_replayed_once_what_was_wrong_is_put_right(self):
        """FT59: an account of each, and an exit code for all."""
        self.adapter.stop()
        self.restart_adapter("--unknown-call-ttl=0s")
        for call_id in (7, 8):
            self.sender.post(webhook.status_update(call_id, "ringing", BEGIN, f"vapi-{call_id}"))
            self.wait_until_drained()
        listed = self.dead_letters("list", "--reason=unknown_call", "-o", "json")
        self.assertEqual([json.loads(line)["call"] for line in listed.stdout.splitlines()],
                         ["calls/7", "calls/8"])
        self.assertEqual(self.dead_letters("replay").returncode, 2)  # which?
        self.assertIn("1 would be replayed", self.dead_letters("replay", "1", "--dry-run").stdout)
        self.api.create_call(7)
        replayed = self.dead_letters("replay", "--all")
        self.assertEqual(replayed.returncode, 7)
        self.assertIn("1 applied\n2 failed: ", replayed.stdout)
        self.assertEqual(self.api.get_call(7).status_text, "Ringing")
        self.assertEqual(self.dead_letters("discard", "2").stdout, "2 discarded\n")
        self.assertEqual(self.dead_letters("list", "-o", "json").stdout, "")
        self.assertEqual(self.dead_letters("discard", "2").returncode, 5)

    def test_the_environment_does_not_choose_dead_letters(self):
        self.sender.post("{")
        for name, value in (("ALL", "true"), ("REASON", "malformed"), ("BEFORE", "2100-01-01T00:00:00Z")):
            with self.subTest(name):
                discarded = programs.run("vapi-webhook-adapter", "dead-letters", "discard",
                                         f"--spool={self.spool}",
                                         environment={f"VAPI_WEBHOOK_ADAPTER_{name}": value})
                self.assertEqual(discarded.returncode, 2, discarded.stdout)
        self.assertEqual(self.spooled("SELECT reason FROM dead_letter"), [("malformed",)])

    def test_dead_letters_are_exported_and_sent_from_the_export(self):
        """Whole, to be moved to another place."""
        self.adapter.stop()
        self.restart_adapter("--unknown-call-ttl=0s")
        self.sender.post(webhook.status_update(7, "ringing", BEGIN, "vapi-7"))
        self.wait_until_drained()
        self.sender.post("{")
        export = self.folder / "letters.jsonl"
        export.write_text(self.dead_letters("export").stdout)
        self.assertEqual(len(export.read_text().splitlines()), 2)
        self.api.create_call(7)
        replayed = programs.run("vapi-webhook-adapter", "replay", str(export), "-o", "json",
                                f"--service=127.0.0.1:{self.port}")
        self.assertEqual(replayed.returncode, 7)
        self.assertEqual([json.loads(line)["outcome"] for line in replayed.stdout.splitlines()],
                         ["applied", "failed"])
        self.assertEqual(self.api.get_call(7).status_text, "Ringing")

    def test_dead_letters_that_cannot_be_written_are_no_success(self):
        """`export >letters.jsonl && discard` on a full disk loses nothing."""
        self.sender.post("{")
        for arguments in (("list",), ("list", "-o", "json"), ("show", "1"), ("export",),
                          ("discard", "1", "--dry-run")):
            with self.subTest(arguments):
                self.assert_says_that_it_could_not_write(
                    "vapi-webhook-adapter", "dead-letters", *arguments, f"--spool={self.spool}")

    def test_replay_that_cannot_say_what_became_of_the_bodies_is_no_success(self):
        body = self.folder / "body.json"
        body.write_text(json.dumps(webhook.status_update(1, "ringing", BEGIN, "vapi-1")))
        for output in ("table", "json"):
            with self.subTest(output):
                self.assert_says_that_it_could_not_write(
                    "vapi-webhook-adapter", "replay", str(body), "--dry-run", "-o", output)

    def test_replay_says_that_the_service_is_not_there(self):
        self.sender.post("{")
        self.sender.post(webhook.status_update(7, "ringing", BEGIN, "vapi-7"))
        self.adapter.stop()
        self.restart_adapter("--unknown-call-ttl=0s")
        self.wait_until_drained()
        self.service.kill()
        self.assertEqual(self.dead_letters("replay", "--reason=unknown_call").returncode, 4)

    def admin(self, method, target, token="the admin token"):
        """What the admin listener answers."""
        found = programs.wait_until(
            lambda: re.search(r"admin listener ready port=(\d+)", self.adapter.log_text()),
            "the admin listener")
        sender = webhook.Sender(f"127.0.0.1:{found[1]}")
        self.addCleanup(sender.close)
        return sender.request(method, target, headers={"Authorization": f"Bearer {token}"})

    def test_operators_see_and_erase_what_the_adapter_holds(self):
        """FT60: by the admin listener, for who has its token; no byte is left."""
        token = self.folder / "admin-token"
        token.write_text("the admin token\n")
        self.adapter.stop()
        self.restart_adapter("--admin-listen=127.0.0.1:0", f"--admin-token-file={token}",
                             "--unknown-call-ttl=0s")
        self.assertEqual(self.admin("GET", "/v1/spool", token="another").http, 401)
        self.sender.post(webhook.status_update(7, "ringing", BEGIN, "canary-id"))
        self.wait_until_drained()
        listed = self.admin("GET", "/v1/dead-letters?call=7").json["dead_letters"]
        self.assertEqual([letter["reason"] for letter in listed], ["unknown_call"])
        self.service.kill()
        self.sender.post(webhook.status_update(8, "ringing", BEGIN, "canary-id"))
        self.assertEqual(self.admin("GET", "/v1/spool").json["pending"], 1)
        self.assertEqual(self.admin("GET", "/v1/counters").json["counters"]["spool/queued"], 2)
        self.assertEqual(self.admin("POST", "/v1/calls/canary-id:erase").json,
                         {"events": 1, "dead_letters": 1})
        for file in self.folder.glob("spool.db*"):
            self.assertNotIn(b"canary-id", file.read_bytes(), file)

    def test_admin_listener_is_not_for_other_machines_unless_so_told(self):
        refused = programs.run("vapi-webhook-adapter", "--insecure-no-auth",
                               f"--spool={self.folder / 'other.db'}", "--admin-listen=0.0.0.0:0",
                               f"--admin-token-file={self.folder / 'secret'}")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("--insecure-admin-listen", refused.stderr)

    def test_recorded_bodies_are_replayed_from_files(self):
        self.api.create_call(1)
        lines = self.folder / "export.jsonl"
        lines.write_text("".join(
            json.dumps(webhook.status_update(1, word, BEGIN + number, "vapi-1")) + "\n"
            for number, word in enumerate(("ringing", "in-progress"))))
        replayed = programs.run("vapi-webhook-adapter", "replay", str(lines), str(lines),
                                f"--service=127.0.0.1:{self.port}")
        self.assertEqual((replayed.returncode, replayed.stdout), (0, "200 4\n"))
        self.assertEqual(len(self.api.events(1)), 2)
        lines.write_text("{}\n")
        self.assertEqual(programs.run("vapi-webhook-adapter", "replay", str(lines)).returncode, 7)

    def test_malformed_body_of_an_authenticated_sender_is_kept(self):
        self.assertEqual(self.sender.post("{").http, 400)
        self.assertEqual(self.sender.post("{", secret="wrong").http, 401)
        self.assertEqual(self.spooled("SELECT reason, payload FROM dead_letter"),
                         [("malformed", b"{")])

    def test_second_adapter_on_the_same_spool_is_refused(self):
        """One sender keeps the order [O7]; kill -9 of it leaves nothing that is in the way."""
        second = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              f"--spool={self.spool}", "--insecure-no-auth")
        self.assertEqual(second.returncode, 3)
        self.assertIn("another adapter uses it", second.stderr)
        self.assertEqual(self.dead_letters("list").returncode, 0)
        self.adapter.kill()
        self.restart_adapter()

    def test_sigterm_leaves_the_rest_for_the_next_start(self):
        self.api.create_call(1)
        self.service.kill()
        self.sender.post(webhook.status_update(1, "ringing", BEGIN, "vapi-1"))
        self.assertEqual(self.adapter.stop(), 0)
        self.assertEqual(self.spooled("PRAGMA integrity_check"), [("ok",)])
        self.restart_service()
        self.restart_adapter()
        self.wait_until_drained()
        self.assertEqual(self.api.get_call(1).status_text, "Ringing")

    def test_what_a_damaged_spool_still_holds_is_rescued_by_the_commands_of_the_manual(self):
        text, calls = "x" * 2_000, range(1, 41)
        for call_id in calls:
            self.api.create_call(call_id)
        self.service.kill()
        for call_id in calls:
            answer = self.sender.post(webhook.report(
                call_id, BEGIN, f"vapi-{call_id}", messages=[{"role": "user", "message": text}]))
            self.assertEqual(answer.http, 202, answer)
        self.adapter.stop()
        damaged = self.folder / "damaged" / "spool.db"
        damaged.parent.mkdir()
        self.spool.rename(damaged)
        pages = damaged.stat().st_size // PAGE_SIZE
        with damaged.open("r+b") as file:
            file.seek(pages // 2 * PAGE_SIZE)
            file.write(b"\xaa" * PAGE_SIZE)
        refused = programs.run("vapi-webhook-adapter", f"--spool={damaged}",
                               "--listen=127.0.0.1:0", "--insecure-no-auth")
        self.assertEqual(refused.returncode, 3, refused.stderr)

        for command in self.commands_of_the_manual("sqlite3 damaged/spool.db"):
            done = subprocess.run(["sh", "-c", command], cwd=self.folder, capture_output=True,
                                  text=True, check=False)
        rescued = int(done.stdout)
        self.assertGreaterEqual(rescued, len(calls) - 3, done.stderr)
        self.spool = self.folder / "rescued.db"
        self.restart_service()
        self.restart_adapter()
        self.wait_until_drained()
        self.assertEqual(sum(len(self.api.events(call_id)) for call_id in calls), rescued)

    @staticmethod
    def commands_of_the_manual(begin):
        """The commands on the shell in docs/operations.md from the one that begins so up to the
        first of ours."""
        lines = (programs.ROOT / "docs" / "operations.md").read_text().splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith(begin))
        return itertools.takewhile(lambda line: not line.startswith("vapi-"), lines[first:])

    def test_full_disk_is_refused_and_heals_by_itself(self):
        """FT7: 503 with Retry-After instead of a promise; what was promised is kept."""
        disk = self.mount_small_disk(24)
        self.adapter.stop()
        self.spool = disk / "spool.db"
        self.restart_adapter()
        for call_id in range(1, 60):
            self.api.create_call(call_id)
        self.service.kill()
        text, accepted = "x" * 400_000, []
        for call_id in range(1, 60):
            answer = self.sender.post(webhook.report(
                call_id, BEGIN, f"vapi-{call_id}", messages=[{"role": "user", "message": text}]))
            if answer.http == 202:
                accepted.append(call_id)
                continue
            self.assertEqual(answer.http, 503)
            self.assertEqual(answer.headers["retry-after"], "5")
        self.assertGreater(len(accepted), 3)
        self.assertLess(len(accepted), 59)
        self.restart_service()
        self.wait_until_drained()
        for call_id in accepted:
            self.assertEqual(len(self.api.events(call_id)), 1)
        self.service.kill()
        self.assertEqual(self.sender.post(webhook.status_update(60, "ringing")).http, 202)


if __name__ == "__main__":
    unittest.main(verbosity=2)
