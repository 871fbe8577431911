"""Who may post webhooks: signatures, several secrets, and their rotation while webhooks come in."""

import hashlib
import hmac
import json
import os
import signal
import threading
import time
import unittest

import programs
import webhook
from fixture import EndToEndTest

KEY = "the key of the signatures"
RELOADED = "webhook authentication loaded again"
NOT_RELOADED = "webhook authentication not loaded again"
SENDERS = 4
POSTS_OF_A_PHASE = 150  # of each sender


def signed(body, timestamp=None, key=KEY):
    """The headers that VAPI sends with its HMAC plan as it is by default."""
    timestamp = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {"Content-Type": "application/json", "x-timestamp": timestamp,
            "x-signature": digest.hexdigest()}


def reload(adapter, message=RELOADED):
    """SIGHUP, and wait until the adapter says what came of it."""
    before = adapter.log_text().count(message)
    os.kill(adapter.process.pid, signal.SIGHUP)
    programs.wait_until(lambda: adapter.log_text().count(message) > before, message)


class AuthFileTest(EndToEndTest):
    """A service, call 15, and an adapter with an authentication file."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.api.create_call(15)

    def write_methods(self, *methods):
        path = self.folder / "auth.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"methods": methods}))
        return path

    def start_with(self, *methods):
        self.adapter = self.start(programs.Program(
            "vapi-webhook-adapter", "--listen=127.0.0.1:0", f"--service={self.service.address}",
            f"--webhook-auth-file={self.write_methods(*methods)}"))
        self.sender = self.sender_to(self.adapter)

    def post(self, body, headers):
        return self.sender.request("POST", webhook.PATH, body, headers)


class SignatureTest(AuthFileTest):
    """What becomes of good and bad signatures and files."""

    def test_a_replayed_signature_has_no_second_effect(self):
        """FT43, O1: inside the window the signature is good, and the event id stops the event."""
        self.start_with({"type": "hmac", "secrets": [KEY]})
        body = json.dumps(webhook.status_update(15, "ringing", 1_752_241_074_000)).encode()
        headers = signed(body)
        first, second = self.post(body, headers), self.post(body, headers)
        self.assert_answer(first, 200, status="success", call_id=15,
                           message="Call status updated to Ringing")
        self.assert_answer(second, 200, status="success", call_id=15, duplicate=True,
                           message="Call status updated to Ringing")
        self.assertEqual(len(self.api.events(15)), 1)

    def test_what_is_not_signed_by_the_key_or_not_now_is_refused(self):
        """FT42, FT43: and nothing of it reaches the service."""
        self.start_with({"type": "hmac", "secrets": [KEY]})
        body = json.dumps(webhook.status_update(15, "ringing")).encode()
        now = int(time.time())
        for reason, sent, headers in (
                ("bad_signature", body + b"\n", signed(body)),
                ("bad_signature", body, signed(body, key="another")),
                ("stale", body, signed(body, now - 302)),
                ("future", body, signed(body, now + 120)),
                ("missing_header", body, {"Content-Type": "application/json"}),
                ("malformed_header", body, {**signed(body), "x-signature": "zz"})):
            with self.subTest(reason=reason):
                self.assert_answer(self.post(sent, headers), 401, status="error",
                                   message="Unauthorized")
                self.assertIn(f"http_status=401 reason={reason}", self.adapter.log_text())
        self.assertEqual(self.api.events(15), [])
        self.adapter.stop()
        self.assertIn("series=unauthorized/bad_signature count=2", self.adapter.log_text())

    def test_a_bad_signature_is_refused_before_the_body_is_parsed(self):
        self.start_with({"type": "hmac", "secrets": [KEY]})
        self.assertEqual(self.post(b"{", signed(b"}")).http, 401)
        self.assertEqual(self.post(b"{", signed(b"{")).http, 400)

    def test_a_file_that_is_wrong_leaves_the_old_one_in_force(self):
        """FT55: the log names the file and the field."""
        self.start_with({"type": "hmac", "secrets": [KEY]})
        path = self.write_methods({"type": "hmac", "secrets": [KEY, ""]})
        reload(self.adapter, NOT_RELOADED)
        self.assertIn(str(path), self.adapter.log_text())
        self.assertIn("methods[0].secrets[1] is empty", self.adapter.log_text())
        body = json.dumps(webhook.status_update(15, "ringing")).encode()
        self.assertEqual(self.post(body, signed(body)).http, 200)

    def test_an_empty_secret_refuses_to_start(self):
        """FT41."""
        path = self.write_methods({"type": "bearer", "secrets": [""]})
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              f"--webhook-auth-file={path}")
        self.assertEqual(result.returncode, 3)
        self.assertIn(str(path), result.stderr)
        self.assertIn("methods[0].secrets[0] is empty", result.stderr)


class Rotation(threading.Thread):
    """Posts with one key for one phase and keeps the answers."""

    def __init__(self, address, key):
        super().__init__()
        self.sender = webhook.Sender(address)
        self.key = key
        self.answers = []

    def run(self):
        for _ in range(POSTS_OF_A_PHASE):
            body = json.dumps(webhook.status_update(15, "ringing", 1_752_241_074_000)).encode()
            answer = self.sender.request("POST", webhook.PATH, body, signed(body, key=self.key))
            self.answers.append(answer.http)
        self.sender.close()


class RotationTest(AuthFileTest):
    """FT45: the old secret, both, the new one, under load."""

    def load(self, *keys):
        senders = [Rotation(self.adapter.address, key) for key in keys for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        return senders

    def answers_of(self, senders):
        for sender in senders:
            sender.join()
        return {answer for sender in senders for answer in sender.answers}

    def test_nobody_is_refused_while_both_are_in_force_and_the_old_one_is_refused_after(self):
        self.start_with({"type": "hmac", "secrets": ["old"]})
        old_alone = self.load("old")
        self.write_methods({"type": "hmac", "secrets": ["new", "old"]})
        reload(self.adapter)
        both = self.load("old", "new")
        reload(self.adapter)  # once more, while they post
        self.assertEqual(self.answers_of(old_alone + both), {200})
        self.write_methods({"type": "hmac", "secrets": ["new"]})
        new_alone = self.load("new")
        reload(self.adapter)
        self.assertEqual(self.answers_of(new_alone), {200})
        self.assertEqual(self.answers_of(self.load("old")), {401})
        self.adapter.stop()
        self.assertIn("series=authorized/methods[0].secrets[1] count=", self.adapter.log_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
