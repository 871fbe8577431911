"""`vapi-webhook-adapter check-auth`: why a captured request is let in or not."""

import hashlib
import hmac
import json
import unittest

import programs
from fixture import EndToEndTest

KEY = "the key of the signatures"
SENT = 1769860800
AT = "2026-01-31T12:00:10Z"  # ten seconds later
BODY = b'{"message":{"type":"speech-update"}}'


class CheckAuthTest(EndToEndTest):
    """One authentication file, and requests in files."""

    def setUp(self):
        super().setUp()
        self.auth_file = self.folder / "auth.json"
        self.auth_file.touch(mode=0o600)
        self.auth_file.write_text(json.dumps({"methods": [
            {"type": "secret", "secrets": ["the token"]},
            {"type": "hmac", "secrets": ["another key", KEY]}]}))

    def head(self, key=KEY):
        signature = hmac.new(key.encode(), f"{SENT}.".encode() + BODY, hashlib.sha256).hexdigest()
        return (f"POST /webhooks/vapi HTTP/1.1\r\nHost: adapter\r\n"
                f"Content-Length: {len(BODY)}\r\n"
                f"x-timestamp: {SENT}\r\nx-signature: {signature}\r\n\r\n").encode()

    def check(self, request, *arguments, at=AT):
        path = self.folder / "captured"
        path.write_bytes(request)
        result = programs.run("vapi-webhook-adapter", "check-auth", f"--at={at}",
                              f"--webhook-auth-file={self.auth_file}", *(arguments or (
                                  f"--request={path}",)))
        for secret in ("the token", "another key", KEY):
            self.assertNotIn(secret, result.stdout + result.stderr)
        return result

    def assert_refused(self, result, reason, *texts):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(f"refused: {reason}\n", result.stdout)
        for text in texts:
            self.assertIn(text, result.stdout)

    def test_a_good_request_is_let_in_step_by_step(self):
        result = self.check(self.head() + BODY)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        payload = hashlib.sha256(f"{SENT}.".encode() + BODY).hexdigest()
        self.assertIn("no  X-Vapi-Secret is there 0 times", result.stdout)
        self.assertIn("2026-01-31T12:00:00+00:00: 10s old", result.stdout)
        self.assertIn(f"signed is {{timestamp}}.{{body}}: {len(BODY) + 11} bytes, SHA-256 {payload}",
                      result.stdout)
        self.assertIn("let in by methods[1].secrets[1]", result.stdout)

    def test_what_cannot_be_written_is_no_success(self):
        path = self.folder / "captured"
        path.write_bytes(self.head() + BODY)
        self.assert_says_that_it_could_not_write(
            "vapi-webhook-adapter", "check-auth", f"--at={AT}",
            f"--webhook-auth-file={self.auth_file}", f"--request={path}")

    def test_head_and_body_may_be_apart_and_the_head_be_saved_by_hand(self):
        head, body = self.folder / "head.txt", self.folder / "body.json"
        head.write_bytes(self.head().replace(b"\r\n", b"\n").split(b"\n", 2)[2])
        body.write_bytes(BODY)
        result = self.check(b"", f"--head={head}", f"--body={body}")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_new_line_that_an_editor_added_is_found(self):
        self.assert_refused(self.check(self.head() + BODY + b"\n"), "bad_signature",
                            "the body is not what was sent", "none of the 2 secrets fits",
                            "it would fit without the new line")

    def test_a_secret_that_ought_to_be_decoded_is_found(self):
        self.auth_file.write_text(json.dumps({"methods": [
            {"type": "hmac", "secrets": ["aGlkZGVu"]}]}))
        self.assert_refused(self.check(self.head("hidden") + BODY), "bad_signature",
                            'it would fit with "secretIsBase64": true')

    def test_a_clock_that_is_wrong_is_told(self):
        self.assert_refused(self.check(self.head() + BODY, at="2026-01-31T12:05:01Z"), "stale",
                            "5m1s old, allowed are 5m back and 1m ahead")
        self.assert_refused(self.check(self.head() + BODY, at=str(SENT - 61)), "future",
                            "1m1s ahead")

    def test_headers_that_cannot_be_read_are_told(self):
        self.assert_refused(self.check(self.head().replace(b"x-signature: ", b"x-signature: v1,")
                                       + BODY), "malformed_header", "expected 32 bytes in hex")

    def test_what_one_run_judges_is_not_in_the_environment(self):
        path = self.folder / "captured"
        path.write_bytes(self.head() + BODY)
        result = programs.run(
            "vapi-webhook-adapter", "check-auth", f"--webhook-auth-file={self.auth_file}",
            f"--request={path}", environment={"VAPI_WEBHOOK_ADAPTER_AT": "0"})
        self.assert_refused(result, "stale")
        for variables in ({"REQUEST": path}, {"HEAD": path, "BODY": path}):
            with self.subTest(variables=variables):
                result = programs.run(
                    "vapi-webhook-adapter", "check-auth", f"--webhook-auth-file={self.auth_file}",
                    environment={f"VAPI_WEBHOOK_ADAPTER_{name}": str(value)
                                 for name, value in variables.items()})
                self.assertEqual(result.returncode, 2, result.stderr)

    def test_wrong_arguments_are_told(self):
        for arguments, code in (((), 2), (("--request=/nowhere",), 3), (("--head=/nowhere",), 2)):
            with self.subTest(arguments=arguments):
                result = programs.run("vapi-webhook-adapter", "check-auth",
                                      f"--webhook-auth-file={self.auth_file}", *arguments)
                self.assertEqual(result.returncode, code, result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
