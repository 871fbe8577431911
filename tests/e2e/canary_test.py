"""What is said about people and what keeps others out appears in nothing that the programs print.

FT61: every text of the bodies carries a canary; logs, errors and the dead letters' display are
searched for them.
"""

import json
import unittest

import programs  # first: it sets what gRPC reads when it is loaded
import grpc
import webhook
from fixture import EndToEndTest
from webhook import BEGIN

NUMBER = "+49301234567"
CANARIES = {
    "name": "Canary-Zeisig",
    "spoken": "canary-goldammer-spoken",
    "summary": "canary-stieglitz-summary",
    "structured": "canary-girlitz-structured",
    "recording": "canary-hänfling-recording",
    "body": "canary-gimpel-body",
    "secret": "canary-kernbeisser-secret",
}


def report_of_a_person(call_id):
    """A report in which everything personal is a canary."""
    return webhook.report(
        call_id, BEGIN + 5_000, "vapi-1",
        customer={"number": NUMBER, "name": CANARIES["name"]},
        assistant={"server": {"secret": programs.SECRET}},  # which real bodies carry
        recordingUrl=f"https://recordings.example/{CANARIES['recording']}.wav",
        analysis={"summary": CANARIES["summary"], "successEvaluation": CANARIES["summary"],
                  "structuredData": {"plate": CANARIES["structured"]}},
        messages=[{"role": "user", "message": CANARIES["spoken"], "time": BEGIN},
                  {"role": CANARIES["name"] * 9, "message": CANARIES["spoken"], "time": "soon"}],
        endedReason="customer-ended-call", cost={CANARIES["body"]: 1})


class CanaryTest(EndToEndTest):
    """Both programs at their most talkative."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.adapter = self.start_spooling_adapter(self.service.address)
        self.api = self.connect(self.service.address)
        self.sender = self.sender_to(self.adapter)
        self.printed = []

    def run_and_keep(self, *arguments):
        result = programs.run(*arguments)
        self.printed.append((arguments, result.stdout + result.stderr))

    def assert_nothing_personal_was_printed(self):
        said = [("service's log", self.service.log_text()),
                ("adapter's log", self.adapter.log_text()), *self.printed]
        self.assertTrue(all(text for _, text in said))
        for where, text in said:
            for what, canary in [*CANARIES.items(), ("number", NUMBER), ("number", NUMBER[-8:]),
                                 ("secret", programs.SECRET)]:
                self.assertNotIn(canary, text, f"{what} in {where}")

    def test_webhooks_leave_no_personal_data_in_logs_and_answers(self):
        self.api.create_call(1)
        bodies = [
            webhook.status_update(1, "in-progress", BEGIN, "vapi-1",
                                  customer={"number": NUMBER, "name": CANARIES["name"]}),
            report_of_a_person(1),
            report_of_a_person(1),  # a duplicate
            report_of_a_person(999),  # nobody's call
            report_of_a_person(CANARIES["body"]),  # no call's number
            {"message": {"type": "tool-calls", "call": {"id": CANARIES["body"]}}},
            {"message": {"type": ["end-of-call-report"], "customer": {"number": NUMBER}}},
            json.dumps(report_of_a_person(1))[:-20],  # cut short
            '{"message":{"summary":"' + CANARIES["body"] + '\xff"',
            '{"' + CANARIES["body"] + '":1,"' + CANARIES["body"] + '":2}',
        ]
        for number, body in enumerate(bodies):
            answer = self.sender.post(body)
            if number < 9:  # a name that stands there twice is named to the sender, who wrote it
                self.printed.append((f"answer {number}", answer.body.decode()))
        self.assertEqual(self.sender.post(bodies[0], secret=CANARIES["secret"]).http, 401)
        self.assertEqual(self.sender.post(bodies[0], path="/" + CANARIES["body"]).http, 404)
        self.assertEqual(self.api.get_call(1).analysis.summary, CANARIES["summary"])
        self.assert_nothing_personal_was_printed()

    def test_outage_and_dead_letters_leave_no_personal_data_in_what_is_shown(self):
        self.service.kill()
        self.assertEqual(self.sender.post(report_of_a_person(1)).http, 202)
        self.assertEqual(self.sender.post(json.dumps(report_of_a_person(1))[:-20]).http, 400)
        self.assertEqual(self.sender.post(report_of_a_person("no-number")).http, 400)
        self.adapter.stop()
        for form in ("table", "json"):
            self.run_and_keep("vapi-webhook-adapter", "dead-letters", "list",
                              f"--spool={self.spool}", f"--output={form}")
        self.assert_nothing_personal_was_printed()

    def test_api_errors_do_not_repeat_what_was_sent(self):
        self.api.create_call(1)
        with self.assertRaises(grpc.RpcError) as refused:
            self.api.create_call(2, customer_number=NUMBER + CANARIES["name"])
        self.assertIn("customer_number", refused.exception.details())
        self.printed.append(("error of the API", refused.exception.details()))
        self.sender.post(webhook.status_update(1, "ringing", BEGIN))
        self.assert_nothing_personal_was_printed()


if __name__ == "__main__":
    unittest.main()
