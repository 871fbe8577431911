"""The gRPC API through Debian's python3-grpcio and stubs generated from the proto files."""

import os
import sys

import programs  # first: it sets what gRPC reads when it is loaded
import grpc

sys.path.insert(0, os.environ.get("AUTOPULSE_PYTHON_PROTOS",
                                  str(programs.BIN.parent / "tests" / "e2e" / "python_protos")))

# pylint: disable=wrong-import-position
from autopulse.callevents.v1 import call_event_pb2 as call_event  # noqa: E402,F401
from autopulse.callevents.v1 import call_event_service_pb2 as service  # noqa: E402
from autopulse.callevents.v1 import call_event_service_pb2_grpc as stubs  # noqa: E402
from autopulse.callevents.v1 import call_pb2 as call  # noqa: E402,F401

SERVING = b"\x08\x01"  # HealthCheckResponse{status: SERVING}
NOT_SERVING = b"\x08\x02"
TIMEOUT = 30.0


class Api:
    """One channel to the service."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(
            address, options=[("grpc.max_receive_message_length", -1),
                              ("grpc.initial_reconnect_backoff_ms", 50),
                              ("grpc.max_reconnect_backoff_ms", 200),
                              ("grpc.use_local_subchannel_pool", 1)])
        self.stub = stubs.CallEventServiceStub(self.channel)
        self._check = self.channel.unary_unary("/grpc.health.v1.Health/Check")
        self._watch = self.channel.unary_stream("/grpc.health.v1.Health/Watch")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def create_call(self, call_id, **fields):
        return self.stub.CreateCall(
            service.CreateCallRequest(call=call.Call(**fields), call_id=str(call_id)),
            timeout=TIMEOUT).call

    def create_service_record(self, record_id):
        request = service.CreateServiceRecordRequest(service_record_id=str(record_id))
        request.service_record.SetInParent()
        return self.stub.CreateServiceRecord(request, timeout=TIMEOUT).service_record

    def get_call(self, call_id):
        return self.stub.GetCall(service.GetCallRequest(name=f"calls/{call_id}"),
                                 timeout=TIMEOUT).call

    def report(self, call_id, event_id, event):
        return self.stub.ReportCallEvent(
            service.ReportCallEventRequest(parent=f"calls/{call_id}", event_id=event_id,
                                           event=event), timeout=TIMEOUT)

    def events(self, call_id):
        """All events of a call, page by page."""
        found, token = [], ""
        while True:
            page = self.stub.ListCallEvents(
                service.ListCallEventsRequest(parent=f"calls/{call_id}", page_size=1000,
                                              page_token=token), timeout=TIMEOUT)
            found.extend(page.events)
            token = page.next_page_token
            if not token:
                return found

    def transcript(self, call_id):
        return list(self.stub.ListTranscriptEntries(
            service.ListTranscriptEntriesRequest(parent=f"calls/{call_id}", page_size=1000),
            timeout=TIMEOUT).transcript_entries)

    def attempts(self, call_id):
        return list(self.stub.ListCallAttempts(
            service.ListCallAttemptsRequest(parent=f"calls/{call_id}"),
            timeout=TIMEOUT).call_attempts)

    def watch(self, resume_token="", timeout=TIMEOUT):
        """A stream of events, which fails after so many seconds: who waits for one that does not
        come does not hang. None for who follows as long as it goes on."""
        return self.stub.WatchCalls(service.WatchCallsRequest(resume_token=resume_token),
                                    timeout=timeout)

    def health(self, name=b""):
        """The answer of the standard health service, as bytes on the wire."""
        request = b"\x0a" + bytes([len(name)]) + name if name else b""
        return self._check(request, timeout=TIMEOUT)

    def watch_health(self):
        """A stream of such answers, which fails when TIMEOUT is over."""
        return self._watch(b"", timeout=TIMEOUT)
