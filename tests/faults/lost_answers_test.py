"""kill -9 of the service right before and right after a commit, whose answer nobody hears of."""

import sqlite3
import threading
import unittest

import surroundings
import databases
import programs
import slow_link
import webhook
from webhook import BEGIN

TEXT = "x" * 10_000


class LostAnswersTest(surroundings.FaultTest):
    """The adapter reaches the service by a link that can lose what comes back."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.link = slow_link.SlowLink(self.service.address)
        self.addCleanup(self.link.close)
        self.adapter = self.start_spooling_adapter(self.link.address, "--service-deadline=60s")
        self.sender = self.sender_to(self.adapter)
        self.api.create_call(1)
        self.assertEqual(self.sender.post(
            webhook.status_update(1, "in-progress", BEGIN, "vapi-1")).http, 200)
        self.report = webhook.report(1, BEGIN + 1, "vapi-1", messages=[
            {"role": "user", "message": TEXT, "time": BEGIN}])

    def post_and_kill_once(self, condition, what):
        """Posts the report, and kills the service as soon as `condition` holds."""
        answers = []
        posting = threading.Thread(target=lambda: answers.append(self.sender.post(self.report).http))
        self.link.loses_answers = True
        posting.start()
        programs.wait_until(condition, what)
        self.service.kill()
        posting.join()
        self.link.loses_answers = False
        self.assertEqual(answers, [202])

    def recorded(self):
        return self.rows("SELECT count(*) FROM call_event")[0][0]

    def assert_there_once(self):
        """After a restart: the adapter sends again what it was not answered [O1]."""
        self.restart_service()
        self.wait_until_drained(60)
        self.assertEqual(self.times_of(1), [BEGIN, BEGIN + 1])
        self.assertEqual([entry.content for entry in self.api.transcript(1)], [TEXT])
        again = self.sender.post(self.report)
        self.assertEqual((again.http, again.json.get("duplicate")), (200, True))
        self.assertEqual(self.spooled("SELECT count(*) FROM dead_letter"), [(0,)])
        self.assertEqual(self.database.problems(), [])

    def test_kill_after_the_commit_and_before_its_answer_repeats_nothing(self):
        """FT2."""
        self.post_and_kill_once(lambda: self.recorded() == 2, "the report is in the database")
        self.assertEqual(self.recorded(), 2)
        self.assert_there_once()

    def test_kill_before_the_commit_loses_nothing(self):
        """FT1: another program keeps the service from it."""
        if databases.KIND == "sqlite":
            other = sqlite3.connect(self.database.file, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        else:
            other = self.database.connect()
            other.cursor().execute("LOCK TABLE call_event IN EXCLUSIVE MODE")  # reads go on
        self.addCleanup(other.close)
        asked = self.link.asked
        self.post_and_kill_once(lambda: self.link.asked > asked + len(TEXT),
                                "the report is on its way to the service")
        self.assertEqual(self.recorded(), 1)
        other.rollback()
        self.assert_there_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
