"""Odd values: the same row or the same error on SQLite as on PostgreSQL.

SQLite takes any length, any number and any text in any column, PostgreSQL does not; what the
columns hold is therefore decided before the database sees it.
"""

import datetime
import json
import re
import unittest

import api
import databases
import fixture
import grpc
import programs
import webhook
from webhook import BEGIN

LARGEST_ID = 2**63 - 1
TABLES = {  # and what their rows are ordered by
    "service_record": "id", "call": "id", "transcript": "id", "call_event": "id",
    "call_event_transcript": "call_event_id", "call_base": "call_id",
    "call_folded_attempt": "call_id, id"}
NOT_COMPARED = {  # all other columns are, those that somebody adds included
    ("transcript", "id"), ("call_event", "id"), ("call_event_transcript", "call_event_id"),
    ("call_folded_attempt", "id")}
TEXTS = ("", "a\0b", "\0", "x" * 20, "x" * 21, "x" * 50, "x" * 51, "x" * 100, "x" * 101,
         "x" * 121, "\U0001f697" * 20, "\U0001f697" * 21, "e\u0301" * 60, "'; DROP TABLE call; --",
         "\\", "\u202e", "\uffff", "?", "%s")
COSTS = ("0", "-0.00004", "0.00005", "123456789", "999999.9999", "999999.99995", "1000000",
         "-999999.9999", "123456789.1234", "1e5", "1e-400", "NaN", "Infinity", "", " 1", "0x1")
SECONDS = (  # the year 0, 1, 1582, 1899, 1969, 1970, 2038, 2101, 9999, 10000
    -62_135_596_801, -62_135_596_800, -12_219_292_800, -2_240_524_800, -1, 0, 2**31, 4_133_980_800,
    253_402_300_799, 253_402_300_800)
_OF_RECORDING = re.compile(r"(create|update|receive)_time \{[^}]*\}")


def now_text():
    return datetime.datetime.now(datetime.timezone.utc).strftime(databases.TIME_FORMAT)


class OneSide:
    """A service and an adapter on one of the databases."""

    def __init__(self, test, kind):
        self.database = databases.new(test.folder, kind)
        test.addCleanup(self.database.close)
        service = test.start(programs.start_service(self.database.url))
        self.api = test.connect(service.address)
        self._sender = test.sender_to(test.start_adapter(service.address))
        self._started = now_text()

    def rows(self):
        return {table: [tuple(map(self._unless_of_receipt, row)) for row in self.database.rows(
            f"SELECT {', '.join(self._compared_columns(table))} FROM {table} ORDER BY {key}")]
                for table, key in TABLES.items()}

    def _compared_columns(self, table):
        return [f'"{column}"' for column in self.database.columns(table)
                if (table, column) not in NOT_COMPARED]

    def _unless_of_receipt(self, value):
        """The times of receipt differ, and O6: a time of the future became one."""
        if isinstance(value, str) and self._started <= value <= now_text():
            return "received"
        return value

    def fold_away(self):  # F1
        done = programs.run("call-event-migrate", f"--database={self.database.url}", "retain",
                            "--fold-window=1us", "--report-status=completed")
        if done.returncode != 0:
            raise AssertionError(f"retain: {done.stdout}{done.stderr}")

    def post(self, body):
        answer = self._sender.post(body)
        return answer.http, answer.json

    def call(self, method, request):
        """What becomes of one request: its error, or an answer without the times of recording."""
        try:
            answer = getattr(self.api.stub, method)(request, timeout=api.TIMEOUT)
        except grpc.RpcError as error:
            return error.code(), error.details()
        return "OK", _OF_RECORDING.sub("", str(answer))


class SameValuesTest(fixture.EndToEndTest):
    """What one side does, the other does."""

    def setUp(self):
        super().setUp()
        self.sides = [OneSide(self, kind) for kind in ("sqlite", "postgresql")]
        self.number = 0

    def tearDown(self):
        self._expect_the_same_rows()
        for side in self.sides:
            side.fold_away()
        self._expect_the_same_rows()

    def _expect_the_same_rows(self):
        sqlite, postgresql = (side.rows() for side in self.sides)
        for table, rows in sqlite.items():
            self.assertEqual(rows, postgresql[table], table)

    def both(self, do, what):
        """Does one thing on both sides; the answer that they agree on."""
        sqlite, postgresql = (do(side) for side in self.sides)
        with self.subTest(what=str(what)[:80]):
            self.assertEqual(sqlite, postgresql)
        return sqlite

    def request(self, method, request):
        answer = self.both(lambda side: side.call(method, request), request)
        self.assertNotIn(answer[0], (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), answer)
        return answer

    def report(self, call_id="15", **fields):
        """Reports an event with an id and a time of its own, unless `fields` has them."""
        self.number += 1
        event = api.call_event.CallEvent(provider="vapi", provider_call_id="vapi-1")
        event.event_time.seconds = 1_752_241_074 + self.number
        for name, value in fields.items():
            if isinstance(value, str):
                setattr(event, name, value)
            else:
                getattr(event, name).CopyFrom(value)
        event.receive_time.CopyFrom(event.event_time)
        return self.request("ReportCallEvent", api.service.ReportCallEventRequest(
            parent=f"calls/{call_id}", event_id=f"event-{self.number}", event=event))

    def create_call(self, call_id, **fields):
        return self.request("CreateCall", api.service.CreateCallRequest(
            call=api.call.Call(**fields), call_id=str(call_id)))

    def test_texts_of_requests_are_stored_or_refused_alike(self):
        self.create_call(15)
        for index, text in enumerate(TEXTS, 1):
            for name in ("customer_number", "direction", "provider_call_id", "service_record"):
                self.create_call(100 * index, **{name: text})
            for name in ("customer_name", "customer_phone", "vehicle_info", "service_type"):
                self.request("CreateServiceRecord", api.service.CreateServiceRecordRequest(
                    service_record={name: text}, request_id=text[:30]))
            for name in ("provider", "provider_call_id"):
                self.report(**{name: text}, notice=api.call_event.Notice(kind="hang"))
            self.report(notice=api.call_event.Notice(kind=text))
            self.report(hangup=api.call_event.Hangup(provider_reason=text))
            for name in ("provider_status", "ended_reason"):
                self.report(status_update=api.call_event.StatusUpdate(status=1, **{name: text}))

    def test_texts_of_reports_are_stored_or_refused_alike(self):
        self.create_call(15)
        for text in TEXTS:
            for name in ("ended_reason", "recording_url"):
                self.report(end_of_call_report=api.call_event.EndOfCallReport(**{name: text}))
            for name in ("summary", "success_evaluation", "structured_data_json"):
                self.report(end_of_call_report=api.call_event.EndOfCallReport(
                    analysis={name: text}))
            for name in ("role", "content"):
                self.report(end_of_call_report=api.call_event.EndOfCallReport(
                    transcript_entries=[{"role": "human", name: text}]))

    def test_texts_in_filters_find_the_same_calls(self):
        self.create_call(15, customer_number="x" * 20)
        for text in TEXTS:
            for field in ("customer_number", "provider_call_id", "status"):
                self.request("ListCalls", api.service.ListCallsRequest(
                    filter=f"{field} = {json.dumps(text, ensure_ascii=False)}"))

    def test_amounts_are_rounded_or_refused_alike(self):
        self.create_call(15)
        for cost in COSTS:
            self.report(end_of_call_report=api.call_event.EndOfCallReport(cost_usd=cost))

    def test_times_of_any_year_are_stored_or_refused_alike(self):
        for call_id, seconds in enumerate(SECONDS, 1):
            self.create_call(call_id)
            time = {"seconds": seconds, "nanos": 250_001_999}
            self.report(call_id, status_update=api.call_event.StatusUpdate(status=3),
                        event_time=api.call_event.CallEvent(event_time=time).event_time)
            self.report(call_id, end_of_call_report=api.call_event.EndOfCallReport(
                start_time=time, end_time=time, recording_expire_time=time, transcript_entries=[
                    {"role": "human", "start_time": time, "end_time": time}]))
            self.request("CreateServiceRecord", api.service.CreateServiceRecordRequest(
                service_record={"appointment_time": time}))

    def test_times_that_are_far_apart_end_in_the_same_durations(self):
        """S5, T5: no column holds the seconds between."""
        self.create_call(15)
        for seconds in (-2_240_524_800, 4_133_980_800, 253_402_300_799):
            times = sorted((seconds, 1_752_241_074))
            self.report(end_of_call_report=api.call_event.EndOfCallReport(
                start_time={"seconds": times[0]}, end_time={"seconds": times[1]}))

    def test_durations_are_stored_or_refused_alike(self):
        self.create_call(15)
        for seconds in (0, 1, -1, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 315_576_000_000, 2**40):
            span = {"seconds": seconds, "nanos": 999_999 * (1 if seconds >= 0 else -1)}
            for name in ("duration", "reported_duration"):
                self.report(end_of_call_report=api.call_event.EndOfCallReport(**{name: span}))
            for name in ("duration", "start_offset"):
                self.report(end_of_call_report=api.call_event.EndOfCallReport(
                    transcript_entries=[{"role": "human", name: span}]))

    def test_ids_up_to_the_largest_are_taken_alike(self):
        """The largest is an id like any other; what is none is refused in the same words."""
        for call_id in (1, 2**31 - 1, 2**31, 2**32, 2**62, LARGEST_ID, LARGEST_ID + 1, 0, -1, "x",
                        "1\0", "01"):
            self.create_call(call_id)
            self.create_call(call_id)
            self.report(call_id, status_update=api.call_event.StatusUpdate(status=2))
            self.request("GetCall", api.service.GetCallRequest(name=f"calls/{call_id}"))
        for record_id in (LARGEST_ID, LARGEST_ID + 1):
            self.request("CreateServiceRecord", api.service.CreateServiceRecordRequest(
                service_record={}, service_record_id=str(record_id)))
            self.create_call(77, service_record=f"serviceRecords/{record_id}")
        self.report(77, status_update=api.call_event.StatusUpdate(status=3))

    def test_bodies_of_webhooks_end_in_the_same_rows(self):
        """The same through the adapter, as JSON."""
        for call_id in (15, LARGEST_ID):
            self.create_call(call_id)
        bodies = [webhook.report(15, BEGIN + index, "vapi-1", endedReason=text, messages=[
            {"role": "user", "message": text, "time": BEGIN}], analysis={"summary": text})
            for index, text in enumerate(TEXTS)]
        bodies += [json.dumps(webhook.report(15, BEGIN + 100 + index, cost=0)).replace(
            '"cost": 0', f'"cost": {cost}') for index, cost in enumerate(
                ("123456789", "123456789.12345", "-123456789", "999999.99995", "0.00005", "1e400"))]
        for index, time in enumerate((
                "1969-12-31T23:59:59.999Z", "1900-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z", "2101-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:59-01:00")):
            bodies.append(webhook.report(15, BEGIN + 200 + index, startedAt=time))
            bodies.append(webhook.report(15, BEGIN + 300 + index, endedAt=time))
            bodies.append(webhook.status_update(15, "ringing", time))
        for index, time in enumerate((
                -1, -62_135_596_800_000, -62_135_596_800_001, 4_133_980_800_000,
                253_402_300_800_000, 2**63, -2**63)):
            bodies.append(webhook.status_update(15, "ringing", time))
            bodies.append(webhook.report(15, BEGIN + 400 + index, messages=[
                {"role": "user", "message": "x", "time": time, "endTime": time, "duration": time}]))
        bodies += [webhook.status_update(LARGEST_ID, "ringing", BEGIN),
                   webhook.status_update(LARGEST_ID + 1, "ringing", BEGIN),
                   webhook.status_update(15, "x" * 121, BEGIN + 1),
                   webhook.status_update(15, "ringing", BEGIN + 2, "v" * 121),
                   webhook.status_update(15, "ringing", BEGIN + 2, "v\0w"),
                   webhook.hangup(15, "r" * 121, BEGIN + 3), webhook.hangup(15, "r\0", BEGIN + 4)]
        for body in bodies:
            answer = self.both(lambda side, body=body: side.post(body), body)
            self.assertNotEqual(answer[0] // 100, 5, (body, answer))


if __name__ == "__main__":
    unittest.main(verbosity=2)
