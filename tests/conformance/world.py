"""The real programs on one database, and the oracle beside them."""

import datetime
import json
import re

import databases
import oracle
import programs
import webhook

UTC = datetime.timezone.utc
TIME_COLUMNS = ("start_time", "end_time")
_TIME_TEXT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


def now():
    return datetime.datetime.now(UTC)


def parse_time(text):
    if text is None:
        return None
    if not _TIME_TEXT.fullmatch(text):
        raise AssertionError(f"not the text of a time: {text!r}")
    return datetime.datetime.strptime(text, databases.TIME_FORMAT).replace(tzinfo=UTC)


def insert_rows(database, scenario):
    """Registers a call as another program does, with the columns that the scenario names alone."""
    columns = {"id": scenario.call_id, **scenario.columns}
    if scenario.service_record is not None:
        database.rows("INSERT INTO service_record (id, status) VALUES (?, ?)",
                      scenario.service_record, "Scheduled")
        columns["service_record_id"] = scenario.service_record
    database.rows(
        f"INSERT INTO call ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        *columns.values())


class World:
    """Posts each body to the adapter and to the oracle; says where the two differ."""

    def __init__(self, folder, *service_arguments, by_reason=False, database=None):
        self._database = database or databases.new(folder)
        self._service = programs.start_service(self._database.url, *service_arguments)
        self._adapter = programs.start_adapter(self._service.address, folder)
        self._sender = webhook.Sender(self._adapter.address)
        self._receipts = {}  # what the oracle took for the time of receipt -> when it was over
        self.oracle = oracle.Oracle(by_reason)

    def close(self):
        self._sender.close()
        self._database.close()
        for program in (self._adapter, self._service):
            with program:
                program.terminate()
                program.wait()

    @property
    def address(self):
        """Where the adapter listens."""
        return self._adapter.address

    def insert(self, scenario):
        """Another program registers the call."""
        insert_rows(self._database, scenario)
        if scenario.service_record is not None:
            self.oracle.insert_service_record(scenario.service_record, "Scheduled")
        self.oracle.insert_call(scenario.call_id, scenario.service_record, **scenario.columns)

    def change(self, call_id, **columns):
        """Another program changes columns of the call."""
        sets = ", ".join(f"{name} = ?" for name in columns)
        self._database.rows(f"UPDATE call SET {sets} WHERE id = ?", *columns.values(), call_id)
        self.oracle.change_call(call_id, **columns)

    def post(self, body):
        """Posts `body`; returns a text for each difference between the answer and the oracle's."""
        receipt = now()
        http, wanted, exact = self.oracle.post(body, receipt)
        answer = self._sender.post(body)
        self._receipts[receipt] = now()
        got = answer.json
        if not isinstance(got, dict):
            return [f"answer: {answer} is no JSON object"]
        same = {**got, "message": ""} == {**wanted, "message": ""}
        message = got.get("message", "")
        same_message = message == wanted["message"] if exact else message.startswith(
            wanted["message"])
        if answer.http == http and same and same_message:
            return []
        return [f"answer: wanted {http} {wanted}, got {answer}"]

    def differences(self, call_id):
        """A text for each value in the tables that is not what the oracle says."""
        call = self.oracle.calls[call_id]
        row = self.call_row(call_id)
        found = [f"call.{name}: wanted {call.row[name]!r}, got {row[name]!r}"
                 for name in oracle.COLUMNS if not self._same(name, call.row[name], row)]
        if call.service_record is not None:
            status = self.service_record_status(call.service_record)
            wanted = self.oracle.records[call.service_record]
            if status != wanted:
                found.append(f"service_record.status: wanted {wanted!r}, got {status!r}")
        rows = self.transcript_rows(call_id)
        if len(rows) != len(call.transcript):
            found.append(f"transcript: wanted {len(call.transcript)} rows, got {len(rows)}")
        for wanted, got in zip(call.transcript, rows):
            if not self._same_turn(wanted, got):
                found.append(f"transcript: wanted {wanted}, got {got}")
        return found

    def call_row(self, call_id):
        names = ", ".join(oracle.COLUMNS)
        row = dict(zip(oracle.COLUMNS, self._database.rows(
            f"SELECT {names} FROM call WHERE id = ?", call_id)[0]))
        for name in TIME_COLUMNS:
            row[name] = parse_time(row[name])
        return row

    def journal_rows(self, call_id):
        """Which events are recorded; not in which order they came, nor what each did then."""
        return self._database.rows(
            "SELECT event_id, kind, event_time, status, ended_reason, cost, has_transcript"
            " FROM call_event WHERE call_id = ? ORDER BY event_id", call_id)

    def service_record_status(self, record_id):
        return self._database.rows("SELECT status FROM service_record WHERE id = ?",
                                   record_id)[0][0]

    def transcript_rows(self, call_id):
        rows = self._database.rows(
            "SELECT role, content, timestamp, seconds_from_start, duration, end_time "
            "FROM transcript WHERE call_id = ? ORDER BY id", call_id)
        return [(role, content, parse_time(time), offset, duration, parse_time(end))
                for role, content, time, offset, duration, end in rows]

    def _same_time(self, wanted, got):
        if wanted in self._receipts and got is not None:  # O6: received while the body was posted
            slack = datetime.timedelta(milliseconds=1)
            return wanted - slack <= got <= self._receipts[wanted] + slack
        return wanted == got

    def _same(self, name, wanted, row):
        got = row[name]
        if name in TIME_COLUMNS:
            return self._same_time(wanted, got)
        if name == "cost" and wanted is not None:  # R3: a REAL, read back to four places
            return got is not None and f"{wanted:.4f}" == f"{got:.4f}"
        if name == "duration_sec" and wanted != got and None not in (wanted, got):
            ends = {row[column] for column in TIME_COLUMNS}
            timed_by_receipt = any(self._same_time(receipt, end) for receipt in self._receipts
                                   for end in ends)
            return timed_by_receipt and abs(wanted - got) <= 1
        return wanted == got

    def _same_turn(self, wanted, got):
        if wanted[0] == "tool" and wanted[1] != got[1]:  # V8: JSON, whatever order its keys have
            wanted = (wanted[0], json.loads(wanted[1]), *wanted[2:])
            got = (got[0], json.loads(got[1]), *got[2:])
        return wanted[:2] + wanted[3:] == got[:2] + got[3:] and self._same_time(wanted[2], got[2])
