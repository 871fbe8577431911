"""call-event-migrate refold, on calls that the service has recorded."""

import unittest

import fixture
import programs


class RefoldTest(fixture.EndToEndTest):

    def setUp(self):
        super().setUp()
        self.start_both()
        for call_id in (15, 16):
            self.api.create_call(call_id)
            self.sender.post({"message": {
                "type": "end-of-call-report", "timestamp": 1769860800000 + call_id,
                "endedReason": "customer-did-not-answer",
                "call": {"id": f"vapi-{call_id}", "assistantOverrides": {
                    "variableValues": {"call_id": call_id}}},
                "messages": [{"role": "user", "message": "hello", "time": 1769860800000}]}})

    def refold(self, *arguments):
        return programs.run("call-event-migrate", f"--database={self.database.url}", "refold",
                            *arguments)

    def statuses(self):
        return [row[0] for row in self.rows("SELECT status FROM call ORDER BY id")]

    def test_a_changed_option_is_shown_then_applied_then_done(self):  # P1
        self.assertEqual(self.statuses(), ["Completed", "Completed"])
        arguments = ("--all", "--report-status=ended-reason")
        lines = ("calls/15 status: Completed -> Missed\n"
                 "calls/16 status: Completed -> Missed\n")
        shown = self.refold(*arguments, "--dry-run")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout, lines + "2 of 2 calls would change: status 2\n")
        self.assertEqual(self.statuses(), ["Completed", "Completed"])
        applied = self.refold(*arguments)
        self.assertEqual(applied.stdout, lines + "2 of 2 calls changed: status 2\n")
        self.assertEqual(self.statuses(), ["Missed", "Missed"])
        again = self.refold(*arguments)
        self.assertEqual((again.returncode, again.stdout), (0, "0 of 2 calls changed\n"))

    def test_one_call_may_be_named(self):
        applied = self.refold("--call=calls/16", "--report-status=ended-reason")
        self.assertEqual(applied.returncode, 0, applied.stderr)
        self.assertEqual(self.statuses(), ["Completed", "Missed"])

    def test_values_of_another_program_are_kept_and_counted(self):  # O3
        self.rows("UPDATE call SET status = 'Archived', recording_url = 'file:copy' WHERE id = 15")
        self.rows("UPDATE transcript SET content = 'hallo' WHERE call_id = 15")
        arguments = ("--all", "--report-status=completed")
        shown = self.refold(*arguments, "--dry-run")
        self.assertEqual(
            shown.stdout,
            "calls/15 keeps status: Archived, journal Completed, "
            "recording_url: (9 bytes), journal none, transcript: 1 lines, journal 1 lines\n"
            "0 of 2 calls would change\n"
            "1 calls keep values that no event has written, see --overwrite: "
            "status 1, recording_url 1, transcript 1\n")
        self.assertEqual(self.refold(*arguments, "--overwrite=status,transcript").returncode, 0)
        self.assertEqual(self.rows("SELECT status, recording_url FROM call WHERE id = 15"),
                         [("Completed", "file:copy")])
        self.assertEqual(self.rows("SELECT content FROM transcript WHERE call_id = 15"),
                         [("hello",)])

    def test_a_wrong_command_line_is_named(self):
        for arguments, sentence in (
                (("--all",), "--report-status"),
                (("--report-status=completed",), "--call=ID or --all"),
                (("--all", "--call=15", "--report-status=completed"), "not both"),
                (("--call=x", "--report-status=completed"), "`x` is no call"),
                (("--all", "--report-status=completed", "--overwrite=name"), "`name` is none of"),
                (("15", "--all", "--report-status=completed"), "do not know '15'")):
            answer = self.refold(*arguments)
            self.assertEqual(answer.returncode, 2, arguments)
            self.assertIn(sentence, answer.stderr)
        answer = self.refold("--call=99", "--report-status=completed")
        self.assertEqual((answer.returncode, answer.stderr),
                         (1, "call-event-migrate: call 99 not found\n"))

    def test_a_database_that_is_not_there_is_not_made(self):
        missing = self.folder / "missing.db"
        answer = programs.run("call-event-migrate", f"--database=sqlite:{missing}", "refold", "--all",
                              "--report-status=completed")
        self.assertEqual(answer.returncode, 3, answer.stderr)
        self.assertFalse(missing.exists())


if __name__ == "__main__":
    unittest.main()
