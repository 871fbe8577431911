"""callctl against the real service: what it prints, and what it exits with."""

import json
import unittest

import programs
import webhook
from fixture import EndToEndTest
from webhook import BEGIN


class CallctlTest(EndToEndTest):
    """The commands in the order in which an operator meets them."""

    def setUp(self):
        super().setUp()
        self.start_both()

    def callctl(self, *arguments, exit_code=0):
        result = programs.run("callctl", f"--service={self.service.address}", *arguments)
        self.assertEqual(result.returncode, exit_code, result.stderr)
        return result.stdout if exit_code == 0 else result.stderr

    def callctl_json(self, *arguments):
        return json.loads(self.callctl("-o", "json", *arguments))

    def post_conversation(self):
        self.api.create_service_record(9)
        self.api.create_call(15, service_record="serviceRecords/9")
        for number, word in enumerate(("queued", "ringing", "in-progress")):
            self.sender.post(webhook.status_update(15, word, BEGIN + number, "vapi-1"))
        self.sender.post(webhook.report(
            15, BEGIN + 60_000, "vapi-1", startedAt="2025-07-11T13:37:54Z",
            endedAt="2025-07-11T13:38:50Z", cost=0.1053, endedReason="customer-ended-call",
            messages=[{"role": "bot", "message": "Hello there", "time": BEGIN}]))

    def test_a_call_is_shown_in_the_words_of_the_document(self):
        self.post_conversation()
        text = self.callctl("calls", "get", "15")
        for word in ("calls/15", "Completed", "0.1053", "customer-ended-call"):
            self.assertIn(word, text)

    def test_a_call_in_json_is_the_message_of_the_api(self):
        self.post_conversation()
        call = self.callctl_json("calls", "get", "15")
        self.assertEqual((call["name"], call["status"], call["statusText"], call["costUsd"]),
                         ("calls/15", "CALL_STATUS_COMPLETED", "Completed", "0.1053"))

    def test_events_and_transcript_are_listed(self):
        self.post_conversation()
        events = self.callctl("calls", "events", "15")
        self.assertEqual(len(events.strip().splitlines()), 5, events)  # a head and four events
        self.assertIn("Hello there", self.callctl("calls", "transcript", "15"))
        self.assertIn("vapi-1", self.callctl("calls", "attempts", "15"))
        self.assertIn("serviceRecords/9", self.callctl("service-records", "list"))

    def test_calls_are_listed_by_status(self):
        self.post_conversation()
        self.api.create_call(16)
        self.assertIn("calls/15", self.callctl("calls", "list", "--status=completed"))
        self.assertNotIn("calls/16", self.callctl("calls", "list", "--status=completed"))

    def test_a_call_is_registered_and_an_event_reported(self):
        self.callctl("calls", "create", "--id=21")
        self.callctl("events", "report", "21", "--status=ringing")
        self.assertIn("Ringing", self.callctl("calls", "get", "21"))

    def test_exit_codes_say_what_is_wrong(self):
        self.assertIn("calls/99", self.callctl("calls", "get", "99", exit_code=5))
        self.callctl("calls", "get", exit_code=2)
        self.callctl("--timeout=nonsense", "calls", "get", "1", exit_code=2)
        self.service.kill()
        self.callctl("--timeout=2s", "calls", "get", "15", exit_code=4)

    def test_help_and_version_need_no_service(self):
        for arguments in (("--help",), ("calls", "--help"), ("calls", "get", "--help"),
                          ("--version",)):
            result = programs.run("callctl", *arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertTrue(result.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
