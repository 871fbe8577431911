"""What a webhook body says, read from the design document and the rules alone.

This is the oracle's own reading (docs/rules.md is the law): it shares nothing with the adapter.
Sections such as 1.2 are those of the design document; ids such as V7 mark where a rule adds to it.
"""

import dataclasses
import datetime
import decimal
import json
import re

STATUSES = {  # 1.1
    "queued": "Ready", "ringing": "Ringing", "in-progress": "In Progress",
    "completed": "Completed", "failed": "Failed", "no-answer": "Missed", "busy": "Missed",
    "scheduled": "Ready", "forwarding": "In Progress", "ended": "Completed",  # V1
}
NO_CHANGE = {"not-found", "deletion-failed"}  # V1
TYPES_WITH_STATUS = {"call.started": "in-progress", "call.ended": "ended",
                     "call.failed": "failed"}  # V4
ROLES = {"user": "human", "assistant": "assistant", "bot": "assistant", "tool_calls": "tool",
         "tool_call_result": "tool_result"}  # 3.3
CALL_ID_PLACES = (
    ("message", "call", "assistantOverrides", "variableValues", "call_id"),
    ("message", "assistant", "variableValues", "call_id"),
    ("message", "artifact", "variableValues", "call_id"),
    ("message", "call", "metadata", "call_id"),
    ("message", "call_id"),
    ("call_id",),
)
INT32 = range(-2**31, 2**31)
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Refused(Exception):
    """The body is answered without looking at any call: HTTP status and message."""

    def __init__(self, http, message, status="error", exact=True):
        super().__init__(message)
        self.http, self.message, self.status, self.exact = http, message, status, exact


@dataclasses.dataclass
class Event:
    """One recordable body. Fields that the body does not give are None, texts are empty."""

    kind: str  # status, hangup, report, notice
    type: str  # the word of the body
    call_id: int | None
    vapi_id: str
    key: tuple  # what O1 makes the event id of
    time: datetime.datetime
    rank: int = 0  # the kind's place in O3
    created: datetime.datetime | None = None
    status: str = ""
    word: str = ""
    reason: str = ""
    ended_reason: str = ""
    started_at: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None
    cost: decimal.Decimal | None = None
    duration_ms: int | None = None
    duration_seconds: decimal.Decimal | None = None
    recording_url: str = ""
    transcript: tuple = ()
    analysis: tuple = ()  # V11, and when the recording's link expires [V10]

    @property
    def order(self):
        return (self.time, self.rank)


def whole(value):
    """A number without its fraction, or None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, decimal.Decimal)):
        return None
    return int(value)


def text(value):
    return value if isinstance(value, str) else ""


def at(tree, *path):
    """What stands at `path`; None where a step is missing, null or no object."""
    for name in path:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(name)
    return tree


def iso_time(value):
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return None
    try:
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def epoch_ms(value):
    """T4, T5: milliseconds since the epoch, fractions dropped."""
    milliseconds = whole(value)
    try:
        return None if milliseconds is None else EPOCH + datetime.timedelta(
            milliseconds=milliseconds)
    except OverflowError:
        return None


def fitting(value):
    """T5: what an INTEGER column holds, or None."""
    number = whole(value)
    return number if number is not None and number in INT32 else None


def cost_of(value):
    """R3: the number's own digits, half away from zero to four places, if NUMERIC(10,4)."""
    if isinstance(value, bool) or not isinstance(value, (int, decimal.Decimal)):
        return None
    if abs(decimal.Decimal(value)) >= 10**7:
        return None
    cost = decimal.Decimal(value).quantize(decimal.Decimal("0.0001"), decimal.ROUND_HALF_UP)
    return cost if abs(cost) < 10**6 else None


def call_id_of(body):
    """The call id, or None where no place has one; Refused for what is no id."""
    wrapped = isinstance(body.get("message"), dict)
    for path in CALL_ID_PLACES:
        place = path if wrapped or path[0] != "message" else path[1:]
        value = at(body, *place)
        if value is None:
            continue
        number = None
        if isinstance(value, str) and re.fullmatch("[0-9]+", value):
            number = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        if number is None or not 1 <= number < 2**63:
            raise Refused(400, "No call_id found", exact=False)  # E1, naming the path
        return number
    return None


def status_word(body, message):
    """S6, V3: the status of the message, else of its call, else of the top level."""
    for value in (message.get("status"), at(message, "call", "status"), body.get("status")):
        if value is not None and not isinstance(value, str):
            raise Refused(400, "", exact=False)
        if value:
            return value
    return ""


def without_urls(value):
    """O1: a message without the links, which differ from delivery to delivery."""
    if isinstance(value, dict):
        return {k: without_urls(v) for k, v in sorted(value.items())
                if not (isinstance(v, str) and v.startswith(("http://", "https://")))}
    if isinstance(value, list):
        return [without_urls(v) for v in value]
    return str(value) if isinstance(value, decimal.Decimal) else value


def transcript_of(message, event_time):
    """3.3, as rows (role, content, timestamp, seconds_from_start, duration, end_time)."""
    messages = at(message, "messages") or at(message, "artifact", "messages")  # R6
    rows = []
    for item in messages if isinstance(messages, list) else []:
        if not isinstance(item, dict) or item.get("role") == "system":
            continue
        role = text(item.get("role"))
        content = text(item["message"] if item.get("message") is not None
                       else item.get("content"))
        if role == "tool_call_result" and not content:  # V8
            content = text(item.get("result"))
        if role == "tool_calls" and not content and item.get("toolCalls"):  # V8
            content = json.dumps(without_decimals(item["toolCalls"]), separators=(",", ":"),
                                 ensure_ascii=False)
        offset = item.get("secondsFromStart")
        is_number = isinstance(offset, (int, decimal.Decimal)) and not isinstance(offset, bool)
        rows.append((ROLES.get(role, role), content, epoch_ms(item.get("time")) or event_time,
                     float(offset) if is_number else None, fitting(item.get("duration")),
                     epoch_ms(item.get("endTime"))))
    return tuple(rows)


def without_decimals(value):
    if isinstance(value, dict):
        return {k: without_decimals(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_decimals(v) for v in value]
    return float(value) if isinstance(value, decimal.Decimal) else value


def fill_report(event, message):
    """3.2, V7, V10, V11."""
    event.kind, event.rank = "report", 6
    event.started_at = iso_time(message.get("startedAt"))
    event.ended_at = iso_time(message.get("endedAt"))
    event.cost = cost_of(message.get("cost"))
    event.duration_ms = fitting(message.get("durationMs"))
    if fitting(message.get("durationSeconds")) is not None:
        event.duration_seconds = decimal.Decimal(message["durationSeconds"])
    for path in (("artifact", "recordingUrl"), ("artifact", "recording", "mono", "combinedUrl"),
                 ("artifact", "recording", "stereoUrl"), ("recordingUrl",)):
        event.recording_url = event.recording_url or text(at(message, *path))
    event.transcript = transcript_of(message, event.time)
    event.analysis = tuple(
        str(at(message, *path)) if at(message, *path) is not None else ""
        for path in (("analysis", "summary"), ("analysis", "successEvaluation"),
                     ("analysis", "structuredData"), ("artifact", "presignedUrlsExpiresAt")))


def fill_status(event, word):
    """1.2, S1, V1: the status that the word means, and its place in O3."""
    event.word = word.lower()
    if event.word in NO_CHANGE:
        event.kind = "notice"
        return
    event.kind = "status"
    event.status = STATUSES.get(event.word, "In Progress")
    event.rank = {"Ready": 0, "Ringing": 1, "In Progress": 2}.get(event.status, 4)
    if event.word == "forwarding":
        event.rank = 3


def read(body, receipt):
    """The event of a body that came in at `receipt`, or Refused."""
    body = json.loads(body, parse_float=decimal.Decimal)
    message = body["message"] if isinstance(body.get("message"), dict) else body
    kind = message.get("type") or body.get("type")
    if not kind:
        raise Refused(400, "Missing event type")  # V5
    is_status = kind == "status-update" or kind in TYPES_WITH_STATUS
    if not is_status and kind not in ("hang", "hangup", "end-of-call-report"):
        raise Refused(200, f"Event type {kind} not processed", "ignored")  # V5, V6
    vapi_id = text(at(message, "call", "id"))
    call_id = call_id_of(body)
    if call_id is None and not vapi_id:
        raise Refused(400, "No call_id found")
    given = message.get("timestamp")
    time = epoch_ms(given) or iso_time(given)  # V9
    event = Event("", kind, call_id, vapi_id, (), time or receipt,
                  created=iso_time(at(message, "call", "createdAt")))
    if event.time > receipt + datetime.timedelta(minutes=5):  # O6
        event.time = receipt
    event.ended_reason = text(message.get("endedReason")) or text(
        at(message, "call", "endedReason"))  # V7
    if is_status:
        if kind in TYPES_WITH_STATUS and message.get("status") is None:  # V4
            word = TYPES_WITH_STATUS[kind]
        else:
            word = status_word(body, message)
        if not word:
            raise Refused(400, "No status found in webhook data")
        fill_status(event, word)
        said = event.word
    elif kind == "end-of-call-report":
        fill_report(event, message)
        said = event.ended_reason
    else:
        event.reason = said = text(message.get("reason"))
        event.kind, event.rank = "hangup", 5
        if kind == "hang" and not event.reason:  # V2
            event.kind = "notice"
    event.key = (vapi_id, kind, said, time) if time else (
        vapi_id, kind, said, json.dumps(without_urls(message)))
    return event
