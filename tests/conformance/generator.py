"""Random calls: what another program puts into the tables, and the bodies that VAPI then sends.

Everything comes from one `random.Random`, so a seed names a run. Shapes are those of real bodies
and their accidents: missing and null fields, values of a wrong type, bodies without envelope, times as
numbers and as text, reports sent twice, redials.
"""

import dataclasses
import datetime
import json
import re
import uuid

WORDS = ("queued", "ringing", "in-progress", "completed", "failed", "no-answer", "busy",
         "scheduled", "forwarding", "ended", "not-found", "deletion-failed", "in_progress",
         "On-Hold", "RINGING", "Completed")
LIVES = (("queued", "ringing", "in-progress", "ended"), ("in-progress", "ended"),
         ("queued", "ringing", "no-answer"), ("scheduled", "queued", "ringing", "busy"),
         ("ringing", "in-progress", "forwarding", "completed"), ("queued", "failed"), ())
REASONS = ("customer-ended-call", "customer-busy", "customer-did-not-answer", "silence-timed-out",
           "call.in-progress.twilio-completed-call", "manually-canceled", "voicemail",
           "pipeline-error-openai-llm-failed", "assistant-not-found", "something-new",
           "some-new-fault-of-theirs", "call.in-progress.error-" + "x" * 98)
RANKS = {"scheduled": 0, "queued": 0, "ringing": 1, "forwarding": 3, "ended": 4, "completed": 4,
         "failed": 4, "no-answer": 4, "busy": 4}  # O3
HANGUP_REASONS = ("user_initiated", "system_initiated", "timeout", "USER_INITIATED", None)
WRONG = ({"a": 1}, [1, 2], True, "not a value", "")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Digits(str):
    """A JSON number, written with these very digits."""


def dump(body):
    """JSON text, with `Digits` as numbers."""
    def mark(value):
        if isinstance(value, Digits):
            return f"<digits {value}>"
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        if isinstance(value, list):
            return [mark(item) for item in value]
        return value
    return re.sub(r'"<digits ([^>]*)>"', r"\1", json.dumps(mark(body))).encode()


def iso(milliseconds, zone="Z"):
    time = EPOCH + datetime.timedelta(milliseconds=milliseconds)
    if zone == "+02:00":
        time += datetime.timedelta(hours=2)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}" + zone


def column_time(milliseconds):
    return EPOCH + datetime.timedelta(milliseconds=milliseconds)


@dataclasses.dataclass
class Post:
    body: bytes
    timed: bool  # whether it carries a timestamp that can be read


@dataclasses.dataclass
class Scenario:
    """One call: its row before the first event, and the bodies in order of event time."""

    call_id: int
    service_record: int | None
    columns: dict
    posts: list


class Generator:
    """Makes scenarios. `all_timed`: every body carries a timestamp, so that any order will do."""

    def __init__(self, rng, all_timed):
        self._rng, self._all_timed = rng, all_timed

    def chance(self, probability):
        return self._rng.random() < probability

    def scenario(self, call_id):
        rng = self._rng
        now = 1_750_000_000_000 + rng.randrange(10**10)
        ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4))
               for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        messages, taken = [], set()
        for vapi_id in ids:
            created = now - rng.randrange(1, 5000) if self.chance(0.5) else None
            now = self._attempt(call_id, vapi_id, created, now, messages, taken)
            if self.chance(0.3):
                now -= rng.randrange(20_000)  # the next attempt overlaps this one
        messages.sort(key=lambda item: item[0])
        posts = [Post(dump(body), timed) for _, body, timed in messages]
        record = call_id if self.chance(0.6) else None
        return Scenario(call_id, record, self._columns(ids, now), posts)

    def _columns(self, ids, now):
        """What another program may have written before the first event."""
        if self.chance(0.6):
            return {"status": "Ready"}
        rng = self._rng
        columns = {"status": rng.choice(("Scheduled", "Ready", "In Progress", "Completed", "Failed",
                                         "Missed", "On hold"))}
        if self.chance(0.5):
            columns["start_time"] = column_time(now - 10**7)
        if self.chance(0.3):
            columns["end_time"] = column_time(now - 10**6)
            columns["duration_sec"] = 77
        if self.chance(0.4):
            columns["vapi_call_id"] = rng.choice(ids)
        if self.chance(0.3):
            columns["recording_url"] = "https://old.example.invalid/r.wav"
            columns["ended_reason"] = "old-reason"
        return columns

    def _attempt(self, call_id, vapi_id, created, now, messages, taken):
        rng = self._rng
        words = list(rng.choice(LIVES))
        if self.chance(0.3):
            words.insert(rng.randrange(len(words) + 1), rng.choice(WORDS))
        kinds = [("status", word) for word in words]
        for _ in range(rng.choice((0, 0, 1, 2))):
            kinds.insert(rng.randrange(len(kinds) + 1), ("hangup", None))
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            place = len(kinds) if self.chance(0.7) else rng.randrange(len(kinds) + 1)
            kinds.insert(place, ("report", None))
        if self.chance(0.2):
            kinds.insert(rng.randrange(len(kinds) + 1), ("other", None))
        for kind, word in kinds:
            rank = {"status": RANKS.get((word or "").lower(), 2), "hangup": 5}.get(kind, 6)
            if self.chance(0.85):  # else at the same time as the last one
                now += rng.randrange(1, 30_000)
            while (now, rank) in taken:
                now += 1
            taken.add((now, rank))
            message = getattr(self, "_" + kind)(word, now)
            enveloped = self._enveloped(message, call_id, vapi_id, created, now)
            messages.append(((now, rank), *enveloped))
        return now

    def _enveloped(self, message, call_id, vapi_id, created, now):
        """The body around a message: where its ids stand and how its time is written."""
        rng = self._rng
        timed = self._all_timed or not self.chance(0.05)
        if timed:
            message["timestamp"] = rng.choice((now, now, now, iso(now), iso(now, "+02:00"),
                                               Digits(f"{now}.0")))
        elif self.chance(0.5):
            message["timestamp"] = None
        call = message.setdefault("call", {})
        if not self.chance(0.08):
            call["id"] = vapi_id
        if created is not None and self.chance(0.5):
            call["createdAt"] = iso(created)
        call_id = str(call_id) if self.chance(0.7) else call_id
        place = rng.randrange(8)
        body = {"message": message}
        if place == 1:
            message["assistant"] = {"variableValues": {"call_id": call_id}}
            call["assistantOverrides"] = rng.choice((None, {}, {"variableValues": {}}))
        elif place == 2:
            message.setdefault("artifact", {})["variableValues"] = {"call_id": call_id}
        elif place == 3:
            call["metadata"] = {"call_id": call_id}
        elif place == 4:
            message["call_id"] = call_id
        elif place == 5:
            body["call_id"] = call_id
        elif place == 6:
            message["call_id"] = call_id
            body = message
        else:
            call["assistantOverrides"] = {"variableValues": {"call_id": call_id, "name": "A"}}
        if not call:
            del message["call"]
        return body, timed

    def _status(self, word, _now):
        rng = self._rng
        message = {"type": "status-update", "status": word}
        if word in ("in-progress", "ended", "failed") and self.chance(0.1):
            message = {"type": {"in-progress": "call.started", "ended": "call.ended",
                                "failed": "call.failed"}[word]}
        elif self.chance(0.4):
            message["call"] = {"status": rng.choice(("queued", "ringing", None))}
        elif self.chance(0.1):
            message["call"] = {"status": message.pop("status")}  # S6
        if word in ("ended", "failed") and self.chance(0.5):
            reason = rng.choice(REASONS)
            if self.chance(0.7):
                message["endedReason"] = reason
            else:
                message.setdefault("call", {})["endedReason"] = reason
        return message

    def _hangup(self, _word, _now):
        reason = self._rng.choice(HANGUP_REASONS)
        message = {"type": self._rng.choice(("hangup", "hang"))}
        if reason is not None or self.chance(0.5):
            message["reason"] = reason
        return message

    def _other(self, _word, _now):
        return {"type": self._rng.choice(("speech-update", "conversation-update", "tool-calls",
                                          "transcript", "assistant-request", "a-new-type")),
                "status": "started", "role": "user"}

    def _report(self, _word, now):
        rng = self._rng
        message = {"type": "end-of-call-report", "artifact": {}, "call": {}}
        fields = {
            "startedAt": iso(now - 95_000, rng.choice(("Z", "+02:00"))),
            "endedAt": iso(now - 4_000),
            "cost": rng.choice((0, Digits("0.1386"), Digits("0.00005"), Digits("12.34565"),
                                Digits("7.275e-05"), Digits("1e400"), 999999, 10**6)),
            "durationMs": rng.choice((90_810, Digits("90810.75"), 3 * 10**9, 0)),
            "durationSeconds": rng.choice((Digits("90.81"), 90, 0, Digits("0.5"))),
        }
        for name, value in fields.items():
            if self.chance(0.15):
                value = rng.choice((None, *WRONG))
            if not self.chance(0.25):
                message[name] = value
        place = message if self.chance(0.8) else message["call"]
        place["endedReason"] = rng.choice(REASONS)
        self._recording(message)
        self._transcripts(message, now)
        if self.chance(0.4):
            message["analysis"] = rng.choice((
                None, {}, {"summary": "They spoke.", "successEvaluation": "true",
                           "structuredData": {"b": [1, 2], "a": None}}))
        return message

    def _recording(self, message):
        """V10: one or more of the places, none of them wrong."""
        url = f"https://storage.example.invalid/{self._rng.randrange(10**6)}.wav"
        artifact = message["artifact"]
        for choice in self._rng.sample(range(6), 2):
            if choice == 0:
                artifact["recordingUrl"] = url
            elif choice == 1:
                artifact["recording"] = {"mono": {"combinedUrl": url + "?mono"}}
            elif choice == 2:
                artifact.setdefault("recording", {})["stereoUrl"] = url + "?stereo"
            elif choice == 3:
                message["recordingUrl"] = url + "?message"

    def _transcripts(self, message, now):
        """R6: in the message, in the artifact, in both, or empty in one of them."""
        turns = [self._turn(now + 1000 * index) for index in range(self._rng.randrange(6))]
        choice = self._rng.randrange(5)
        if choice == 0:
            message["messages"] = turns
        elif choice == 1:
            message["artifact"]["messages"] = turns
        elif choice == 2:
            message["messages"], message["artifact"]["messages"] = [], turns
        elif choice == 3:
            message["messages"], message["artifact"]["messages"] = turns, []

    def _turn(self, time):
        rng = self._rng
        role = rng.choice(("system", "user", "bot", "assistant", "tool_calls", "tool_call_result",
                           "function_call", "user", "bot"))
        turn = {"role": role, "time": rng.choice((time, Digits(f"{time}.999"))),
                "secondsFromStart": rng.choice((Digits("1.8399999"), 0, 12))}
        if role in ("user", "bot"):
            turn["endTime"] = rng.choice((time + 1500, Digits(f"{time + 1500}.25")))
            turn["duration"] = rng.choice((1220, Digits("4360.00048828125"), 0))
        if role == "tool_calls":
            turn["message"] = ""
            turn["toolCalls"] = [{"id": "t1", "type": "function",
                                  "function": {"name": "book", "arguments": "{\"day\": \"é\"}"}}]
        elif role == "tool_call_result":
            turn.update(toolCallId="t1", name="book", result="booked \u2713")
        else:
            turn[rng.choice(("message", "content"))] = f"Bonjour, je m'appelle Léo {time}"
        for name in ("time", "secondsFromStart", "duration", "endTime", "role"):
            if name in turn and self.chance(0.05):
                turn[name] = rng.choice((None, {"a": 1}, True, "no number", Digits("1e30")))
                if name in ("role", "secondsFromStart"):
                    turn[name] = None
        if self.chance(0.05):
            del turn["time"]
        return turn
