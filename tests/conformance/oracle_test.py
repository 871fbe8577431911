"""The oracle by itself, on examples small enough to check by eye against the design document."""

import datetime
import json
import unittest

import oracle

BEGIN = 1_752_241_074_000
RECEIPT = datetime.datetime(2025, 7, 12, tzinfo=datetime.timezone.utc)


class OracleTest(unittest.TestCase):
    """One call, number 15, with service record 9."""

    def setUp(self):
        self.oracle = oracle.Oracle()
        self.oracle.insert_service_record(9, "Scheduled")
        self.oracle.insert_call(15, 9)
        self.row = self.oracle.calls[15].row

    def post(self, seconds, **message):
        """Posts a message of `seconds` after the begin; returns HTTP status and answer."""
        body = {"message": {"timestamp": BEGIN + 1000 * seconds, "call_id": 15,
                            "call": {"id": "a"}, **message}}
        http, answer, _ = self.oracle.post(json.dumps(body), RECEIPT)
        return http, answer

    def status(self, seconds, word, **fields):
        return self.post(seconds, type="status-update", status=word, **fields)

    def test_the_table_of_statuses(self):
        """Section 1.1."""
        for index, (word, status) in enumerate((
                ("queued", "Ready"), ("ringing", "Ringing"), ("in-progress", "In Progress"),
                ("anything", "In Progress"), ("no-answer", "Missed"))):
            self.assertEqual(self.status(index, word)[1]["message"],
                             f"Call status updated to {status}")
            self.assertEqual((self.row["status"], self.oracle.records[9]), (status, status))

    def test_a_conversation_lasts_from_in_progress_to_completed(self):
        """Section 1.2."""
        self.status(0, "in-progress")
        self.status(7, "completed")
        self.assertEqual(self.row["duration_sec"], 7)

    def test_a_hangup_fails_all_but_a_completed_call(self):
        """Section 2.1."""
        self.status(0, "completed")
        self.assertEqual(self.post(1, type="hangup", reason="user_initiated")[1]["message"],
                         "Call status updated to Completed after hangup")
        self.assertEqual(self.post(2, type="hangup", reason="error")[1]["message"],
                         "Call status updated to Failed after hangup")

    def test_a_report_replaces_and_erases_nothing(self):
        """Section 3.2, R3."""
        self.post(9, type="end-of-call-report", cost=1, durationMs=5, endedReason="x")
        self.post(10, type="end-of-call-report", endedReason="y")
        self.assertEqual((self.row["cost"], self.row["duration_ms"], self.row["ended_reason"]),
                         (1, 5, "y"))

    def test_messages_become_the_transcript(self):
        """Section 3.3."""
        self.post(9, type="end-of-call-report", messages=[
            {"role": "system", "message": "no"}, {"role": "user", "message": "hello"},
            {"role": "bot", "content": "hi", "time": BEGIN, "endTime": BEGIN + 1000}])
        begin = datetime.datetime.fromtimestamp(BEGIN / 1000, datetime.timezone.utc)
        self.assertEqual([row[:3] for row in self.oracle.calls[15].transcript],
                         [("human", "hello", begin + datetime.timedelta(seconds=9)),
                          ("assistant", "hi", begin)])

    def test_a_repeat_and_a_stale_event_say_so(self):
        """O1, O2."""
        self.status(0, "completed")
        self.assertTrue(self.status(0, "completed")[1]["duplicate"])
        self.assertTrue(self.status(1, "ringing")[1]["stale"])

    def test_a_late_event_is_put_in_its_place(self):
        """O3."""
        self.status(9, "completed")
        self.status(2, "in-progress")
        self.assertEqual((self.row["status"], self.row["duration_sec"]), ("Completed", 7))

    def test_errors_are_in_the_words_of_the_document(self):
        """E1, V5."""
        for http, message, body in (
                (400, "No call_id found", {"type": "hangup"}),
                (400, "No status found in webhook data", {"type": "status-update", "call_id": 15}),
                (404, "Call with ID 16 not found", {"type": "hangup", "call_id": 16}),
                (400, "Missing event type", {"call_id": 15}),
                (200, "Event type x not processed", {"type": "x"})):
            got, answer, _ = self.oracle.post(json.dumps({"message": body}), RECEIPT)
            self.assertEqual((got, answer["message"]), (http, message))


if __name__ == "__main__":
    unittest.main(verbosity=2)
