"""What becomes of an open stream when its client may not come in any more."""

import json
import signal
import unittest

import api
import grpc
import programs
from security import SecurityTest

TOKEN = "token-of-console"


class RevocationTest(SecurityTest):
    """The service reads its tokens again."""

    def watch(self, channel, token=None):
        """A stream that has begun."""
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        stream = api.stubs.CallEventServiceStub(channel).WatchCalls(
            api.service.WatchCallsRequest(), metadata=metadata)
        stream.initial_metadata()
        return stream

    def reload(self, service):
        service.process.send_signal(signal.SIGHUP)

    def end_of(self, stream):
        """How it ends, which must not take the hour that its connection may."""
        programs.wait_until(lambda: not stream.is_active(), "the end of the stream")
        return stream.code()

    def start_with(self, *callers):
        service = self.start_service(self.write_callers(*callers))
        channel = grpc.insecure_channel(service.address)
        self.addCleanup(channel.close)
        return service, channel

    def test_stream_of_a_token_that_is_gone_ends_at_once(self):
        service, channel = self.start_with(("console", ["read"], TOKEN), ("ops", ["admin"], "ops"))
        revoked, kept = self.watch(channel, TOKEN), self.watch(channel, "ops")
        self.write_callers(("console", ["read"], "the next one"), ("ops", ["admin"], "ops"))
        self.reload(service)
        self.assertEqual(self.end_of(revoked), grpc.StatusCode.UNAUTHENTICATED)
        self.assertTrue(kept.is_active())
        self.assertNotIn(TOKEN, service.log_text())
        kept.cancel()

    def test_stream_of_a_token_that_has_lost_its_role_ends_at_once(self):
        service, channel = self.start_with(("console", ["read"], TOKEN))
        stream = self.watch(channel, TOKEN)
        self.write_callers(("console", ["ingest"], TOKEN))
        self.reload(service)
        self.assertEqual(self.end_of(stream), grpc.StatusCode.PERMISSION_DENIED)

    def test_stream_of_a_certificate_that_is_gone_ends_at_once(self):
        def callers(name):
            self.tokens_file.write_text(json.dumps({"callers": [
                {"name": "console", "roles": ["read"], "certificate": name}]}))

        callers("console.example")
        service = self.start_service(*self.tls(f"--tls-client-ca={self.authority.file}",
                                               f"--tokens-file={self.tokens_file}"))
        channel = self.secure(service.address,
                              client=self.authority.sign("console", "DNS:console.example"))
        stream = self.watch(channel)
        callers("another.example")
        self.reload(service)
        self.assertEqual(self.end_of(stream), grpc.StatusCode.UNAUTHENTICATED)

    def test_file_that_cannot_be_used_ends_no_stream(self):
        service, channel = self.start_with(("console", ["read"], TOKEN))
        stream = self.watch(channel, TOKEN)
        self.tokens_file.write_text("{")
        self.reload(service)
        programs.wait_until(lambda: "callers stay as they were" in service.log_text(), "the error")
        self.assertTrue(stream.is_active())
        stream.cancel()

    def test_callctl_says_that_it_is_let_in_no_more(self):
        service, _ = self.start_with(("console", ["read"], TOKEN))
        watching = programs.subprocess.Popen(
            [programs.BIN / "callctl", f"--service={service.address}", self.token_file(TOKEN),
             "calls", "watch"], stdout=programs.subprocess.PIPE, stderr=programs.subprocess.PIPE,
            text=True)
        self.addCleanup(watching.communicate)
        self.addCleanup(watching.kill)
        self.write_callers(("console", ["read"], "the next one"))
        self.reload(service)
        self.assertEqual(watching.wait(60), 8)


if __name__ == "__main__":
    unittest.main(verbosity=2)
