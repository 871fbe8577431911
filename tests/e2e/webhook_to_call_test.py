"""A webhook is posted; the call is read back over gRPC and from the tables."""

import unittest

import api
import webhook
from fixture import EndToEndTest
from webhook import BEGIN

VAPI_ID = "6896cc2a-4989-48bd-8e24-d64dd2781d4b"


class WebhookToCallTest(EndToEndTest):
    """From the sender to every reader."""

    def setUp(self):
        super().setUp()
        self.start_both()
        self.api.create_service_record(9)
        self.api.create_call(15, service_record="serviceRecords/9")

    def post_conversation(self):
        for word, milliseconds in (("queued", 0), ("ringing", 1000), ("in-progress", 5000)):
            answer = self.sender.post(
                webhook.status_update(15, word, BEGIN + milliseconds, VAPI_ID))
            self.assertEqual(answer.http, 200, answer)
        return self.sender.post(webhook.report(
            15, BEGIN + 99_000, VAPI_ID, startedAt="2025-07-11T13:37:59.500Z",
            endedAt="2025-07-11T13:39:29.900Z", endedReason="customer-ended-call", cost=0.1386,
            durationMs=90400, durationSeconds=90.4,
            analysis={"summary": "Booked.", "successEvaluation": "true",
                      "structuredData": {"day": "Monday"}},
            artifact={"recordingUrl": "https://storage.example.invalid/15.wav", "messages": [
                {"role": "system", "message": "Be kind.", "time": BEGIN},
                {"role": "bot", "message": "Hello", "time": BEGIN + 6000, "duration": 900.5,
                 "endTime": BEGIN + 6900, "secondsFromStart": 0.5},
                {"role": "user", "message": "Grüß Gott", "time": BEGIN + 8000}]}))

    def test_the_example_of_the_document_is_in_progress(self):
        """Section 5.1's body, as it stands there: S2, S3, V3, M1, E2."""
        answer = self.sender.post({"message": {
            "type": "status-update", "status": "in-progress",
            "call": {"id": VAPI_ID, "status": "in_progress",
                     "assistantOverrides": {"variableValues": {"call_id": "15"}}}}})
        self.assert_answer(answer, 200, status="success", call_id=15,
                           message="Call status updated to In Progress")
        call = self.api.get_call(15)
        self.assertEqual(call.status, api.call.CALL_STATUS_IN_PROGRESS)
        self.assertEqual(call.status_text, "In Progress")
        self.assertTrue(call.HasField("start_time"))
        self.assertEqual(self.rows("SELECT status FROM service_record"), [("In Progress",)])

    def test_a_conversation_is_read_back_over_grpc(self):
        """Section 5.2: R1 to R6, T1 to T5, V11, P1."""
        answer = self.post_conversation()
        self.assert_answer(answer, 200, status="success", call_id=15,
                           message="Call report processed successfully")
        call = self.api.get_call(15)
        self.assertEqual(call.status, api.call.CALL_STATUS_COMPLETED)
        self.assertEqual(call.outcome, api.call.CALL_OUTCOME_ANSWERED)
        self.assertEqual(call.cost_usd, "0.1386")
        self.assertEqual(call.duration.seconds, 90)
        self.assertEqual(call.reported_duration.ToMilliseconds(), 90400)
        self.assertEqual(call.start_time.ToJsonString(), "2025-07-11T13:37:59.500Z")
        self.assertEqual(call.provider_call_id, VAPI_ID)
        self.assertEqual(call.analysis.summary, "Booked.")
        turns = self.api.transcript(15)
        self.assertEqual([(turn.role, turn.content) for turn in turns],
                         [("assistant", "Hello"), ("human", "Grüß Gott")])
        self.assertEqual([event.outcome for event in self.api.events(15)],
                         [api.call_event.CALL_EVENT_OUTCOME_APPLIED] * 4)

    def test_a_conversation_is_read_back_from_the_tables(self):
        """Section A: the words, the text of times, the numbers that other programs find."""
        self.post_conversation()
        self.assertEqual(
            self.rows("SELECT status, start_time, end_time, duration_sec, recording_url,"
                      " vapi_call_id, ended_reason, cost, duration_ms FROM call WHERE id = 15"),
            [("Completed", "2025-07-11 13:37:59.500000", "2025-07-11 13:39:29.900000", 90,
              "https://storage.example.invalid/15.wav", VAPI_ID, "customer-ended-call", 0.1386,
              90400)])
        self.assertEqual(
            self.rows("SELECT role, content, timestamp, seconds_from_start, duration, end_time"
                      " FROM transcript WHERE call_id = 15 ORDER BY id"),
            [("assistant", "Hello", "2025-07-11 13:38:00.000000", 0.5, 900,
              "2025-07-11 13:38:00.900000"),
             ("human", "Grüß Gott", "2025-07-11 13:38:02.000000", None, None, None)])

    def test_a_repeat_answers_the_same_and_writes_nothing(self):
        """O1, E2."""
        body = webhook.status_update(15, "ringing", BEGIN, VAPI_ID)
        words = {"status": "success", "message": "Call status updated to Ringing", "call_id": 15}
        self.assert_answer(self.sender.post(body), 200, **words)
        self.assert_answer(self.sender.post(body), 200, **words, duplicate=True)
        self.assertEqual(len(self.api.events(15)), 1)

    def test_a_call_that_is_over_stays_over(self):
        """O2, E2: the answer is in the same words, with the status that the call has."""
        self.post_conversation()
        self.assert_answer(
            self.sender.post(webhook.status_update(15, "ringing", BEGIN + 200_000, VAPI_ID)), 200,
            status="success", message="Call status updated to Completed", call_id=15, stale=True)

    def test_a_hangup_fails_the_call(self):
        """H1, H2."""
        self.sender.post(webhook.status_update(15, "in-progress", BEGIN, VAPI_ID))
        self.assert_answer(self.sender.post(webhook.hangup(15, "timeout", BEGIN + 7900, VAPI_ID)),
                           200, status="success", call_id=15,
                           message="Call status updated to Failed after hangup")
        self.assertEqual(self.api.get_call(15).duration.seconds, 7)

    def test_a_redial_is_an_attempt_of_its_own(self):
        """O5: the row shows the newest attempt, the older one stays readable."""
        self.post_conversation()
        self.sender.post(webhook.status_update(15, "ringing", BEGIN + 600_000, "second"))
        call = self.api.get_call(15)
        self.assertEqual((call.status_text, call.cost_usd, call.provider_call_id),
                         ("Ringing", "", "second"))
        first, second = self.api.attempts(15)
        self.assertEqual((first.status_text, first.cost_usd, first.newest),
                         ("Completed", "0.1386", False))
        self.assertEqual((second.status_text, second.newest), ("Ringing", True))
        self.assertEqual(len(first.transcript_entries), 2)

    def test_an_inbound_call_is_found_by_its_vapi_id(self):
        """A body without any call_id belongs to the call that knows `message.call.id`."""
        self.sender.post(webhook.status_update(15, "ringing", BEGIN, VAPI_ID))
        answer = self.sender.post({"message": {"type": "status-update", "status": "in-progress",
                                               "timestamp": BEGIN + 1, "call": {"id": VAPI_ID}}})
        self.assert_answer(answer, 200, status="success", call_id=15,
                           message="Call status updated to In Progress")

    def test_a_time_of_the_future_is_replaced_by_the_receipt(self):
        """O6."""
        self.sender.post(webhook.status_update(15, "in-progress", 4_000_000_000_000, VAPI_ID))
        self.assertLess(self.api.get_call(15).start_time.ToSeconds(), 4_000_000_000)

    def test_the_path_that_autopulse_used_still_works(self):
        answer = self.sender.post(webhook.status_update(15, "ringing", BEGIN),
                                  path="/api/v1/webhooks/vapi-webhook")
        self.assertEqual(answer.http, 200, answer)

    def test_a_row_of_another_program_is_taken(self):
        """Section A: only the columns that must not be null, and words of its own."""
        self.rows("INSERT INTO call (id, status) VALUES (77, 'Scheduled')")
        call = self.api.get_call(77)
        self.assertEqual((call.status, call.status_text),
                         (api.call.CALL_STATUS_UNSPECIFIED, "Scheduled"))
        answer = self.sender.post(webhook.status_update(77, "ringing", BEGIN))
        self.assertEqual(answer.http, 200, answer)
        self.assertEqual(self.rows("SELECT status FROM call WHERE id = 77"), [("Ringing",)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
