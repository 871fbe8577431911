"""Bodies that no honest sender makes: each gets a definite answer and leaves the tables intact."""

import unittest

import webhook
from fixture import EndToEndTest

DEPTH = 100_000
LARGEST_ID = 2**63 - 1


class MalformedBodiesTest(EndToEndTest):
    """After each body the adapter still takes the next webhook."""

    def setUp(self):
        super().setUp()
        self.start_both()
        self.api.create_call(15)

    def tearDown(self):
        answer = self.sender.post({"message": {"type": "speech-update"}})
        self.assertEqual(answer.http, 200, answer)
        self.assertEqual(self.database.problems(), [])

    def assert_400(self, body):
        answer = self.sender.post(body)
        self.assertEqual(answer.http, 400, answer)
        self.assertEqual(answer.json["status"], "error")
        return answer

    @staticmethod
    def with_call_id(json_value):
        return ('{"message": {"type": "status-update", "status": "ringing", "call": '
                '{"assistantOverrides": {"variableValues": {"call_id": %s}}}}}' % json_value)

    @staticmethod
    def report_with(fields):
        return '{"message": {"type": "end-of-call-report", "call_id": 15, %s}}' % fields

    def report_15(self, fields):
        answer = self.sender.post(self.report_with(fields))
        self.assertEqual(answer.http, 200, answer)
        return answer

    def test_deep_nesting_is_refused(self):
        for begin, end in ((b"[", b"]"), (b'{"a":', b"}")):
            middle = b"1" if begin != b"[" else b""
            with self.subTest(begin=begin):
                self.assert_400(begin * DEPTH + middle + end * DEPTH)
                self.assert_400(b'{"message": {"type": "hang", "call_id": 15, "x": ' + begin * DEPTH
                                + middle + end * DEPTH + b"}}")
        self.assert_400(b"[" * DEPTH)
        self.assertEqual(self.api.events(15), [])

    def test_a_million_values_or_lines_are_refused(self):
        """FT32: they would take a multiple of the body's size in memory."""
        for field, entries in (("x", ["0"] * 1_000_000), ("messages", ["{}"] * 20_001)):
            with self.subTest(field=field):
                self.assert_400(self.report_with(f'"{field}": [{",".join(entries)}]'))
        self.assertEqual(self.api.events(15), [])

    def test_many_names_are_survived(self):
        self.report_15('"x": {%s}' % ",".join(f'"k{index}":0' for index in range(100_000)))

    def test_a_call_id_is_a_positive_whole_number(self):
        """E1: anything else is "No call_id found", naming the place."""
        for value in ('"15 OR 1=1"', '"15;DROP TABLE call"', "-15", "0", "15.7", '" 15 "',
                      str(LARGEST_ID + 1), '"1e1"', '"+15"', '"-15"', '"\u0663"', "[]", "{}", "true", '""',
                      '"0"', f'"{LARGEST_ID + 1}"', '"' + "9" * 1000 + '"', "9" * 5000, "1e5000",
                      '"15.0"', '"0x15"', '"15\\u0000"'):
            with self.subTest(value=value[:40]):
                answer = self.assert_400(self.with_call_id(value))
                self.assertTrue(answer.json["message"].startswith("No call_id found"), answer)
                self.assertIn("assistantOverrides", answer.body.decode())
        self.assertEqual(self.api.events(15), [])
        self.assertEqual(self.rows("SELECT id, status FROM call"), [(15, "Ready")])

    def test_a_call_id_of_digits_or_a_whole_number_is_taken(self):
        self.api.create_call(LARGEST_ID)
        for value, call_id in (("15", 15), ('"15"', 15), (f'"{LARGEST_ID}"', LARGEST_ID),
                               (str(LARGEST_ID), LARGEST_ID)):
            with self.subTest(value=value):
                answer = self.sender.post(self.with_call_id(value))
                self.assertEqual((answer.http, answer.json["call_id"]), (200, call_id), answer)

    def test_invalid_utf8_is_refused(self):
        for text in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82",
                     b"\x80"):
            with self.subTest(text=text):
                self.assert_400(b'{"message": {"type": "status-update", "status": "' + text
                                + b'", "call_id": 15}}')
                self.assert_400(b'{"message": {"type": "end-of-call-report", "call_id": 15, '
                                b'"messages": [{"role": "user", "message": "' + text + b'"}]}}')
        self.assertEqual(self.api.events(15), [])

    def test_half_a_character_costs_no_more_than_itself(self):
        """T5. JavaScript writes it where it cuts a text within an emoji."""
        answer = self.sender.post(self.report_with(
            '"messages": [{"role": "user", "message": "so \\ud83d..."}], "endedReason": "\\udc00"'))
        self.assertEqual(answer.http, 200, answer)
        self.assertEqual(self.rows("SELECT content FROM transcript"), [("so \ufffd...",)])
        self.assertEqual(self.rows("SELECT ended_reason FROM call"), [("\ufffd",)])

    def test_a_nul_in_a_text_is_never_stored(self):
        """T5: no column of PostgreSQL holds it."""
        self.report_15(
            '"messages": [{"role": "user", "message": "a\\u0000b"}], "endedReason": "x\\u0000y"')
        self.assertEqual(self.rows("SELECT CAST(content AS BLOB) FROM transcript"),
                         [("a\ufffdb".encode(),)])
        self.assertEqual(self.rows("SELECT CAST(ended_reason AS BLOB) FROM call"),
                         [("x\ufffdy".encode(),)])

    def test_a_raw_control_character_is_refused(self):
        for character in (b"\0", b"\n", b"\x1f"):
            with self.subTest(character=character):
                self.assert_400(b'{"message": {"type": "sp' + character + b'ch"}}')

    def test_a_name_twice_in_an_object_is_refused(self):
        """Nobody can say which of the two is meant."""
        self.assert_400('{"message": {"type": "status-update", "status": "ringing", "status":'
                        ' "ended", "call_id": 15}}')
        self.assert_400('{"message": {"type": "hang", "call_id": 15}, "message": {"type": "x"}}')
        self.assert_400(self.with_call_id('16, "call_id": 15'))
        self.assertEqual(self.api.events(15), [])

    def test_numbers_that_json_has_not_are_refused(self):
        for number in ("NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10"):
            with self.subTest(number=number):
                self.assert_400(self.report_with(f'"cost": {number}'))

    def test_a_cost_is_decimal_or_left_alone(self):
        """R3, T5: digits as sent, half away from zero; what the column cannot hold costs itself."""
        self.report_15('"cost": 1.5, "timestamp": 1752241074000')
        for index, (cost, stored) in enumerate((
                ("1e400", "1.5"), ("-1e5000", "1.5"), ('{"total": 1}', "1.5"), ("[]", "1.5"),
                ("true", "1.5"), ("1000000", "1.5"), ("null", "1.5"), ("0.1386", "0.1386"),
                ("1e-9", "0"), ("0.00005", "0.0001"), ("0.30000000000000004", "0.3"),
                ("999999.9999", "999999.9999"), ("999999.99995", "999999.9999"), ("0", "0"))):
            with self.subTest(cost=cost):
                self.report_15(f'"cost": {cost}, "timestamp": {1752241075000 + index}')
                got = self.api.get_call(15).cost_usd
                self.assertEqual(float(got), float(stored), got)

    def test_a_duration_is_never_wrapped(self):
        """T5: whole milliseconds that an INTEGER holds, or none."""
        for index, (given, stored) in enumerate((
                ("12.5", 12), ("3e9", 12), (str(2**63), 12), (str(2**64 + 5), 12), ('"60000"', 12),
                ("1e5000", 12), ("true", 12), ("60000", 60000), ("2147483647", 2**31 - 1))):
            with self.subTest(given=given):
                self.report_15(f'"durationMs": {given}, "timestamp": {1752241075000 + index}')
                self.assertEqual(self.rows("SELECT duration_ms FROM call"), [(stored,)])

    def test_an_ended_reason_is_stored_whole(self):
        """V7."""
        for index, length in enumerate((50, 51, 121)):
            self.report_15(f'"endedReason": "{"x" * length}", "timestamp": {1752241075000 + index}')
            self.assertEqual(self.rows("SELECT length(ended_reason) FROM call"), [(length,)])

    def test_a_long_ended_reason_never_costs_the_report(self):
        self.report_15('"cost": 2, "endedReason": "' + "x" * 10_240 + '"')
        self.assertEqual(self.api.get_call(15).cost_usd, "2")

    def test_a_wrong_optional_field_costs_that_field_alone(self):
        """T5: the report is processed, and what is right in it is stored."""
        answer = self.report_15(
            '"cost": {"a": 1}, "startedAt": 15, "endedAt": "yesterday", "durationSeconds": "x",'
            ' "durationMs": [], "endedReason": "customer-ended-call", "analysis": 7,'
            ' "artifact": {"recordingUrl": {}, "messages": [null, 7, "text", []]},'
            ' "messages": [{"role": "user", "message": "Hello", "time": "noon", "duration": {},'
            ' "secondsFromStart": [], "endTime": true}], "timestamp": {"a": 1},'
            ' "call": {"id": 5, "createdAt": false}')
        self.assert_answer(answer, 200, status="success", call_id=15,
                           message="Call report processed successfully")
        self.assertEqual(self.rows("SELECT status, cost, ended_reason, duration_ms, recording_url,"
                                   " vapi_call_id FROM call"),
                         [("Completed", None, "customer-ended-call", None, None, None)])
        self.assertEqual(self.rows("SELECT role, content, seconds_from_start, duration, end_time"
                                   " FROM transcript"), [("human", "Hello", None, None, None)])

    def test_any_value_at_any_place_gets_a_definite_answer(self):
        """T5, V5: never 5xx, always JSON, whatever stands where."""
        whole = webhook.report(
            15, 1752241074000, "vapi-1", status="ended", reason="user_initiated", cost=1,
            startedAt="2025-07-11T13:37:54Z", endedAt="2025-07-11T13:39:11Z", durationMs=7,
            durationSeconds=7.5, endedReason="customer-ended-call", recordingUrl="https://a/",
            analysis={"summary": "s", "successEvaluation": "true", "structuredData": {"a": 1}},
            artifact={"recordingUrl": "https://b/", "messages": [], "presignedUrlsExpiresAt": 1,
                      "recording": {"mono": {"combinedUrl": "u"}, "stereoUrl": "v"},
                      "variableValues": {}},
            messages=[{"role": "tool_calls", "message": "", "toolCalls": [{"id": 1}], "time": 1,
                       "secondsFromStart": 1, "duration": 1, "endTime": 1, "result": "r"}])
        for kind in ("end-of-call-report", "status-update", "hangup", "hang"):
            whole["message"]["type"] = kind
            for path in self.paths(whole):
                for odd in (None, True, -1, 1e300, "", "odd", [], [None], {}, {"a": []}):
                    answer = self.sender.post(self.replaced(whole, path, odd))
                    self.assertIn(answer.http, (200, 400, 404), (kind, path, odd, answer))
                    self.assertIn(answer.json["status"], ("success", "ignored", "error"))

    def paths(self, tree, begin=()):
        """The way to each value of a body, the body itself excepted."""
        names = tree if isinstance(tree, dict) else range(len(tree))
        for name in names:
            yield (*begin, name)
            if isinstance(tree[name], (dict, list)):
                yield from self.paths(tree[name], (*begin, name))

    def replaced(self, tree, path, value):
        """A copy of the body with `value` at `path`."""
        if not path:
            return value
        copied = tree.copy()
        copied[path[0]] = self.replaced(tree[path[0]], path[1:], value)
        return copied

    def test_an_offset_that_no_float_holds_costs_itself(self):
        self.report_15('"messages": [{"role": "user", "message": "Hello",'
                       ' "secondsFromStart": 1e5000, "time": 1e5000}]')
        self.assertEqual(self.rows("SELECT content, seconds_from_start FROM transcript"),
                         [("Hello", None)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
