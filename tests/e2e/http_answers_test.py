"""Every answer that the adapter gives over HTTP: definite, and in JSON.

One of each kind: who is refused for what is in tests/adapter/adapter_server_test.cc.
"""

import http.client
import unittest

import programs
import webhook
from fixture import EndToEndTest

TOO_LARGE = 9 * 1024 * 1024


class HttpAnswersTest(EndToEndTest):
    """200, 400, 401, 404, 405, 413, 415 and 503."""

    def setUp(self):
        super().setUp()
        self.start_both()
        self.api.create_call(15)

    def assert_error(self, answer, http):
        self.assertEqual(answer.http, http, answer)
        self.assertIsInstance(answer.json, dict, answer)
        self.assertEqual(answer.json["status"], "error")
        self.assertTrue(answer.json["message"])
        self.assertNotIn("exception_what", answer.headers)

    def test_200_for_a_type_that_needs_nothing(self):
        """V5."""
        answer = self.sender.post({"message": {"type": "speech-update", "status": "started"}})
        self.assert_answer(answer, 200, status="ignored",
                           message="Event type speech-update not processed")

    def test_200_for_a_type_that_vapi_waits_on(self):
        """V6, with no URL configured."""
        answer = self.sender.post({"message": {"type": "tool-calls", "toolCallList": []}})
        self.assert_answer(answer, 200, status="ignored",
                           message="Event type tool-calls not processed")

    def test_200_for_an_assistant_that_is_slow(self):
        """V2: recorded, without effect."""
        answer = self.sender.post({"message": {"type": "hang", "call_id": 15}})
        self.assert_answer(answer, 200, status="ignored", call_id=15,
                           message="Event type hang not processed")
        self.assertEqual(self.api.get_call(15).status_text, "Ready")
        self.assertEqual(len(self.api.events(15)), 1)

    def test_400_in_the_words_of_the_document(self):
        """E1."""
        self.assert_answer(self.sender.post({"message": {"type": "status-update",
                                                         "status": "ringing"}}),
                           400, status="error", message="No call_id found")
        self.assert_answer(self.sender.post({"message": {"type": "status-update", "call_id": 15}}),
                           400, status="error", message="No status found in webhook data")

    def test_400_without_a_type(self):
        """V5."""
        self.assert_answer(self.sender.post({"message": {"call_id": 15}}), 400, status="error",
                           message="Missing event type")

    def test_400_for_what_is_no_json_object(self):
        for body in (b"", b"{", b"[]", b"15", b"null", b'"text"', b"{} {}", b"status=ringing"):
            with self.subTest(body=body):
                self.assert_error(self.sender.post(body), 400)

    def test_401_for_a_wrong_secret(self):
        for secret in (None, "", "wrong", programs.SECRET + "x", programs.SECRET[:-1]):
            with self.subTest(secret=secret):
                answer = self.sender.post(webhook.status_update(15, "ringing"), secret=secret)
                self.assert_error(answer, 401)
        self.assertEqual(self.api.events(15), [])

    def test_401_for_two_secrets(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.adapter.port, timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest("POST", webhook.PATH)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("X-Vapi-Secret", programs.SECRET)
        connection.putheader("X-Vapi-Secret", "another")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"{}")
        self.assertEqual(connection.getresponse().status, 401)

    def test_404_for_a_call_that_nobody_registered(self):
        """E1."""
        answer = self.sender.post(webhook.status_update(16, "ringing"))
        self.assert_answer(answer, 404, status="error", message="Call with ID 16 not found")

    def test_404_for_another_path(self):
        self.assert_error(self.sender.post(b"{}", path="/webhooks/other"), 404)

    def test_405_for_another_method(self):
        answer = self.sender.request("PUT", webhook.PATH, b"{}", {
            "X-Vapi-Secret": programs.SECRET, "Content-Type": "application/json"})
        self.assert_error(answer, 405)
        self.assertEqual(answer.headers.get("allow"), "POST")

    def test_413_for_a_body_that_is_too_large(self):
        """Refused by its Content-Length, before it is read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.adapter.port, timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest("POST", webhook.PATH)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("X-Vapi-Secret", programs.SECRET)
        connection.putheader("Content-Length", str(TOO_LARGE))
        connection.endheaders()
        response = connection.getresponse()
        self.assert_error(webhook.Answer(response, response.read()), 413)

    def test_a_large_body_is_taken(self):
        """8 MiB is the limit; a long transcript is far below it and reaches the table."""
        turns = [{"role": "user", "message": "word " * 200} for _ in range(5000)]
        answer = self.sender.post(webhook.report(15, messages=turns))
        self.assertEqual(answer.http, 200, answer)
        self.assertEqual(self.rows("SELECT count(*) FROM transcript"), [(5000,)])

    def test_415_for_another_content_type(self):
        answer = self.sender.post(webhook.status_update(15, "ringing"), content_type="text/plain")
        self.assert_error(answer, 415)

    def test_415_for_a_compressed_body(self):
        answer = self.sender.request("POST", webhook.PATH, b"\x1f\x8b", {
            "X-Vapi-Secret": programs.SECRET, "Content-Type": "application/json",
            "Content-Encoding": "gzip"})
        self.assert_error(answer, 415)

    def test_503_while_the_service_is_down_and_200_once_it_is_back(self):
        port = self.service.port
        self.service.kill()
        answer = self.sender.post(webhook.status_update(15, "ringing", 1_752_241_074_000))
        self.assert_error(answer, 503)
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        self.start_service(listen=f"127.0.0.1:{port}")
        answer = programs.wait_until(self.posted_with_200, "the adapter finds it again")
        self.assertEqual(answer.json["call_id"], 15)

    def posted_with_200(self):
        answer = self.sender.post(webhook.status_update(15, "ringing", 1_752_241_074_000))
        return answer if answer.http == 200 else None


if __name__ == "__main__":
    unittest.main(verbosity=2)
