"""The rows and answers that the design document and the rules ask for, event by event.

`apply_*` follow the document's sections 1.2, 2.1 and 3.2 line by line; where they depart from it
the rule stands beside the line. `Oracle` keeps what the rules of section C add: order, repetition and
attempts. It is handed the same bodies as the programs and knows nothing else of them.
"""

import copy
import csv
import dataclasses
import pathlib

import body_reader

COLUMNS = ("status", "start_time", "end_time", "duration_sec", "recording_url", "vapi_call_id",
           "ended_reason", "cost", "duration_ms")
OVER = ("Completed", "Failed", "Missed")
ON_PURPOSE = ("user_initiated", "system_initiated")
REASONS = pathlib.Path(__file__).parent.parent / "testdata" / "vapi" / "ended-reasons.tsv"


@dataclasses.dataclass
class State:
    """What an attempt's events make of a call: the columns, and what no column says."""

    columns: dict
    hung_up: bool = False  # O2: a Failed that may still become Completed
    analysis: tuple = ()

    def __getitem__(self, name):
        return self.columns[name]

    def __setitem__(self, name, value):
        self.columns[name] = value

    def row(self):
        return (self.columns, self.analysis)


def fresh_columns():
    return {**dict.fromkeys(COLUMNS), "status": "Ready"}


def whole_seconds(start, end):
    return max(0, int((end - start).total_seconds()))  # S5, R4: never negative


def status_by_reason(reason, started):
    """P1: by the table; an unknown reason by what is in its name."""
    with open(REASONS, encoding="utf-8") as table:
        groups = {row["endedReason"]: row["group"] for row in csv.DictReader(table, delimiter="\t")}
    group = groups.get(reason)
    if group is None:
        failed = any(part in reason for part in ("error", "fault", "failed"))
        group = "Failed" if failed else "Completed if startedAt else Failed"
    if " if startedAt else " in group:
        group = group.split(" if startedAt else ")[0 if started else 1]
    return group


def end_call(call, time):
    """S4, S5, H2."""
    if not call["end_time"]:
        call["end_time"] = time
        if call["start_time"]:
            call["duration_sec"] = whole_seconds(call["start_time"], call["end_time"])


def apply_status(call, event, by_reason):
    status = event.status
    if by_reason and event.word == "ended" and event.ended_reason:  # V1, P1
        status = status_by_reason(event.ended_reason, bool(call["start_time"]))
    if call["status"] in OVER and not (call.hung_up and status == "Completed"):  # O2
        return False
    call["status"], call.hung_up = status, False
    if status == "In Progress" and not call["start_time"]:
        call["start_time"] = event.time
    if status in OVER:  # S4: a missed call is over, too
        end_call(call, event.time)
    if event.ended_reason:  # V7
        call["ended_reason"] = event.ended_reason
    return True


def apply_hangup(call, event, _by_reason):
    status = "Failed"
    if event.reason in ON_PURPOSE:
        if call["status"] == "Completed":
            status = "Completed"
    call["status"], call.hung_up = status, status == "Failed" and event.reason in ON_PURPOSE
    end_call(call, event.time)
    return True


def apply_report(call, event, by_reason):
    if event.started_at:
        call["start_time"] = event.started_at
    if event.ended_at:
        call["end_time"] = event.ended_at
    call["status"], call.hung_up = "Completed", False
    if by_reason and event.ended_reason:  # P1
        call["status"] = status_by_reason(event.ended_reason, bool(call["start_time"]))
    for column, value in (("ended_reason", event.ended_reason), ("cost", event.cost),
                          ("duration_ms", event.duration_ms)):
        if value is not None and value != "":  # R3: what is absent erases nothing
            call[column] = value
    if not call["end_time"]:  # S4
        call["end_time"] = event.time
    if event.duration_seconds:
        call["duration_sec"] = int(event.duration_seconds)  # R4: whole seconds
    elif call["start_time"] and call["end_time"]:
        call["duration_sec"] = whole_seconds(call["start_time"], call["end_time"])
    if event.recording_url:
        call["recording_url"] = event.recording_url
    call.analysis = tuple(new or old for new, old in
                          zip(event.analysis, call.analysis or ("",) * len(event.analysis)))
    return True


APPLY = {"status": apply_status, "hangup": apply_hangup, "report": apply_report}


def attempts_of(events):
    """O5: lists of events, one for each attempt, oldest attempt first, each in the order of O3."""
    begins = {}
    for event in events:
        if event.vapi_id:
            begin = min(filter(None, (event.time, event.created, begins.get(event.vapi_id))))
            begins[event.vapi_id] = begin
    ids = sorted(begins, key=lambda vapi_id: (begins[vapi_id], vapi_id)) or [""]
    attempts = {vapi_id: [] for vapi_id in ids}
    for event in events:
        owner = event.vapi_id
        if not owner:
            begun = [vapi_id for vapi_id in ids if begins and begins[vapi_id] <= event.time]
            owner = begun[-1] if begun else ids[0]
        attempts[owner].append(event)
    return {vapi_id: sorted(attempts[vapi_id], key=lambda e: e.order) for vapi_id in ids}


class Fold:
    """O3, O5: the row and the transcript that events make of a base."""

    def __init__(self, base, events, by_reason):
        self.state, self.transcript = State(dict(base)), ()
        self.last, self.last_took_effect = None, False
        self.mirrored = False  # M1: whether the service record took the call's status at all
        if not events:
            return
        attempts = attempts_of(events)
        ids = list(attempts)
        based = base["vapi_call_id"] or ids[0]
        for vapi_id in ids:  # the newest last
            named = not vapi_id or vapi_id == based
            self.state = State(dict(base) if named else fresh_columns())
            for event in attempts[vapi_id]:
                self._apply(event, by_reason)
        self.transcript = next((event.transcript for vapi_id in reversed(ids)
                                for event in reversed(attempts[vapi_id]) if event.transcript), ())

    def _apply(self, event, by_reason):
        self.last, before = event, copy.deepcopy(self.state)
        self.last_took_effect = APPLY[event.kind](self.state, event, by_reason)
        if not self.last_took_effect:
            self.state = before
        elif event.vapi_id:
            self.state["vapi_call_id"] = event.vapi_id  # R5
        self.mirrored = self.mirrored or self.last_took_effect

    def rows(self):
        return self.state.row(), self.transcript, self.mirrored


class Call:
    """One row of `call`, its journal and its transcript."""

    def __init__(self, columns, service_record):
        self.row = {**fresh_columns(), **columns}
        self.service_record = service_record
        self.base, self.events, self.answers, self.transcript = None, [], {}, ()


class Oracle:
    """The whole database."""

    def __init__(self, by_reason=False):
        self.calls, self.records, self._by_reason = {}, {}, by_reason

    def insert_service_record(self, record_id, status):
        self.records[record_id] = status

    def insert_call(self, call_id, service_record=None, **columns):
        self.calls[call_id] = Call(columns, service_record)

    def change_call(self, call_id, **columns):
        """Another program writes to the row."""
        self.calls[call_id].row.update(columns)

    def post(self, body, receipt):
        """The expected answer: HTTP status, JSON, and whether the message is exact."""
        try:
            event = body_reader.read(body, receipt)
        except body_reader.Refused as why:
            return why.http, {"status": why.status, "message": why.message}, why.exact
        call_id = event.call_id or self._call_of(event.vapi_id)
        call = self.calls.get(call_id)
        if call is None:
            return 404, {"status": "error",
                         "message": f"Call with ID {call_id} not found"}, event.call_id is not None
        if event.key in call.answers:  # O1
            return 200, {**call.answers[event.key], "duplicate": True}, True
        outcome = self._record(call, event)
        if event.type == "hang" and event.kind == "notice":  # V2, in the words of V5
            answer = {"status": "ignored", "message": f"Event type {event.type} not processed",
                      "call_id": call_id}
        else:
            answer = {"status": "success", "message": self._words(event, call.row["status"]),
                      "call_id": call_id}
            if outcome == "STALE":
                answer["stale"] = True
        call.answers[event.key] = answer
        return 200, answer, True

    def _call_of(self, vapi_id):
        owners = [call_id for call_id, call in self.calls.items()
                  if call.row["vapi_call_id"] == vapi_id
                  or any(event.vapi_id == vapi_id for event in call.events)]
        return max(owners, default=None)

    @staticmethod
    def _words(event, status):
        if event.kind == "report":
            return "Call report processed successfully"
        return f"Call status updated to {status}" + (
            " after hangup" if event.kind == "hangup" else "")

    def _record(self, call, event):
        if call.base is None:
            call.base = dict(call.row)
        if event.kind == "notice":
            return "STALE"
        before = Fold(call.base, call.events, self._by_reason)
        call.events.append(event)
        after = Fold(call.base, call.events, self._by_reason)
        if after.last is event and after.last_took_effect:
            outcome = "APPLIED"
        elif after.rows() != before.rows():
            outcome = "LATE"
        else:
            return "STALE"
        for column in COLUMNS:  # O3: what other programs wrote stays
            if column == "status" or after.state[column] != before.state[column]:
                call.row[column] = after.state[column]
        call.transcript = after.transcript
        if call.service_record in self.records:  # M1
            self.records[call.service_record] = call.row["status"]
        return outcome
