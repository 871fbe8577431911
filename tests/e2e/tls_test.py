"""Who comes in: TLS, client certificates and tokens, with Python's gRPC as a foreign client."""

from concurrent import futures
import json
import signal
import ssl
import unittest

import api
import certificates
import grpc
import programs
import webhook
from fixture import EndToEndTest
from security import SecurityTest
from webhook import BEGIN

REFUSED = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


class TlsTest(SecurityTest):
    """TLS alone."""

    def test_foreign_client_comes_in_over_tls_and_not_without(self):
        service = self.start_service(*self.tls())
        self.assert_let_in(self.secure(service.address))
        plain = grpc.insecure_channel(service.address)
        self.addCleanup(plain.close)
        self.assert_refused(plain, grpc.StatusCode.UNAVAILABLE)

    def test_client_certificate_is_asked_for(self):
        service = self.start_service(*self.tls(f"--tls-client-ca={self.authority.file}"))
        self.assert_let_in(self.secure(
            service.address, client=self.authority.sign("feeder", "DNS:feeder.example")))
        self.assert_refused(self.secure(service.address), grpc.StatusCode.UNAVAILABLE)
        stranger = certificates.Authority(self.folder, "stranger")
        self.assert_refused(
            self.secure(service.address, client=stranger.sign("thief", "DNS:feeder.example")),
            grpc.StatusCode.UNAVAILABLE)

    def test_name_in_a_client_certificate_gives_roles(self):
        self.tokens_file.write_text(json.dumps({"callers": [
            {"name": "feeder", "roles": ["ingest"], "certificate": "feeder.example"},
            {"name": "console", "roles": ["read"], "certificate": "console"}]}))
        service = self.start_service(*self.tls(f"--tls-client-ca={self.authority.file}",
                                               f"--tokens-file={self.tokens_file}"))
        feeder = self.authority.sign("feeder", "DNS:feeder.example")
        console = self.authority.sign("console", "DNS:console.example")  # by its common name
        other = self.authority.sign("other", "DNS:other.example")
        self.assert_let_in(self.secure(service.address, client=console))
        details = self.assert_refused(self.secure(service.address, client=feeder),
                                      grpc.StatusCode.PERMISSION_DENIED)
        self.assertIn("'read'", details)
        self.assert_refused(self.secure(service.address, client=other),
                            grpc.StatusCode.UNAUTHENTICATED)

    def test_renewed_certificate_is_served_without_a_restart(self):
        service = self.start_service(*self.tls())
        host, port = service.address.split(":")
        before = ssl.get_server_certificate((host, int(port)))
        self.authority.sign("renewed", "DNS:localhost", "IP:127.0.0.1", file="next")
        # Key and certificate are of one pair only for who sees both: either order will do.
        self.key.write_bytes((self.folder / "next.key").read_bytes())
        self.certificate.write_bytes((self.folder / "next.pem").read_bytes())
        programs.wait_until(
            lambda: ssl.get_server_certificate((host, int(port))) != before, "the new certificate")
        self.assert_let_in(self.secure(service.address))

    def test_certificate_that_expires_soon_is_spoken_of(self):
        """FT63."""
        service = self.start_service(*self.tls())  # two days
        self.assertIn("the TLS certificate expires soon", service.log_text())

    def test_files_that_do_not_do_are_named(self):
        other_key = self.authority.sign("other", "DNS:localhost")[1]
        expired, expired_key = self.authority.sign("expired", "DNS:localhost", expired=True)
        for arguments, words in (
                (self.tls()[:1], ("--tls-key",)),
                ((f"--tls-cert={self.certificate}", f"--tls-key={other_key}"),
                 ("other.key", "mismatch")),
                ((f"--tls-cert={self.key}", f"--tls-key={self.key}"), ("service.key",)),
                ((f"--tls-cert={expired}", f"--tls-key={expired_key}"),
                 ("expired.pem", "has expired")),
                (self.tls("--tls-client-ca=/nowhere/ca.pem"), ("/nowhere/ca.pem",)),
                (self.tls("--tokens-file=/nowhere/tokens.json"), ("/nowhere/tokens.json",)),
                (("--listen=0.0.0.0:0",), ("--tls-cert", "--tokens-file", "--insecure")),
                (self.tls("--listen=0.0.0.0:0"), ("--tokens-file", "--tls-client-ca"))):
            with self.subTest(arguments=arguments):
                result = programs.run("call-event-service", "--listen=127.0.0.1:0",
                                      f"--database={self.database.url}", *arguments)
                self.assertIn(result.returncode, (2, 3), result.stderr)
                for word in words:
                    self.assertIn(word, result.stderr)


class TokenTest(SecurityTest):
    """Tokens, with TLS and without."""

    def test_roles_decide_over_tls_and_in_plain_text(self):
        tokens = self.write_callers(("feeder", ["ingest"], "feed"), ("console", ["read"], "look"))
        service = self.start_service(*self.tls(tokens))
        other = self.start(programs.start_service(f"sqlite:{self.folder}/other.db", tokens))
        plain = grpc.insecure_channel(other.address)
        self.addCleanup(plain.close)
        for channel in (self.secure(service.address), plain):
            self.assert_let_in(channel, "look")
            self.assertIn("'read'", self.assert_refused(
                channel, grpc.StatusCode.PERMISSION_DENIED, "feed"))
            self.assertIn("Bearer", self.assert_refused(
                channel, grpc.StatusCode.UNAUTHENTICATED))
            self.assert_refused(channel, grpc.StatusCode.UNAUTHENTICATED, "guess")

    def test_tokens_are_read_again_at_sighup_and_a_bad_file_changes_nothing(self):
        service = self.start_service(self.write_callers(("console", ["read"], "old")))
        channel = grpc.insecure_channel(service.address)
        self.addCleanup(channel.close)
        self.assert_let_in(channel, "old")
        self.tokens_file.write_text("{")
        service.process.send_signal(signal.SIGHUP)
        programs.wait_until(lambda: "callers stay as they were" in service.log_text(), "the error")
        self.assert_let_in(channel, "old")
        self.write_callers(("console", ["read"], "new"))
        service.process.send_signal(signal.SIGHUP)
        programs.wait_until(lambda: self.get_call(channel, "new")[0] not in REFUSED, "the new token")
        self.assert_refused(channel, grpc.StatusCode.UNAUTHENTICATED, "old")

    def test_no_token_appears_in_the_log(self):
        service = self.start_service(self.write_callers(("console", ["read"], "token-of-console")))
        channel = grpc.insecure_channel(service.address)
        self.addCleanup(channel.close)
        self.assert_let_in(channel, "token-of-console")
        self.assert_refused(channel, grpc.StatusCode.UNAUTHENTICATED, "token-of-nobody")
        service.stop()
        self.assertIn("requests refused", service.log_text())
        self.assertNotIn("token-of", service.log_text())


class CallctlTest(SecurityTest):
    """What callctl says and exits with."""

    def assert_fails(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_it_comes_in_with_tls_certificate_and_token(self):
        service = self.start_service(*self.tls(
            f"--tls-client-ca={self.authority.file}", self.write_callers(("ops", ["admin"], "t"))))
        certificate, key = self.authority.sign("ops", "DNS:ops.example")
        result = self.callctl(
            service.address, f"--service-tls-ca={self.authority.file}",
            f"--service-tls-cert={certificate}", f"--service-tls-key={key}", self.token_file("t"),
            "calls", "list")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_settings_come_from_the_environment_too(self):
        service = self.start_service(*self.tls(self.write_callers(("ops", ["read"], "t"))))
        self.token_file("t")
        result = programs.run("callctl", "calls", "list", environment={
            "CALLCTL_SERVICE": service.address,
            "CALLCTL_SERVICE_TLS_CA": str(self.authority.file),
            "CALLCTL_TOKEN_FILE": str(self.folder / "token")})
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_socket_needs_the_name_of_the_certificate(self):
        path = self.folder / "s"
        self.start_service(*self.tls(), listen=f"unix:{path}")
        result = self.callctl(f"unix:{path}", f"--service-tls-ca={self.authority.file}",
                              "--service-tls-name=localhost", "calls", "list")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_is_wrong_with_the_connection_is_said(self):
        """FT63."""
        service = self.start_service(*self.tls())
        ours = f"--service-tls-ca={self.authority.file}"
        stranger = certificates.Authority(self.folder, "stranger")
        for arguments, words in (
                ((f"--service-tls-ca={stranger.file}",), ("not signed by the authority",)),
                ((ours, "--service-tls-name=other.example"), ("another name", "other.example")),
                ((), ("may ask for TLS",))):
            with self.subTest(arguments=arguments):
                self.assert_fails(self.callctl(service.address, *arguments, "calls", "list"), 4,
                                  *words)
        plain = self.start(programs.start_service(f"sqlite:{self.folder}/other.db"))
        self.assert_fails(self.callctl(plain.address, ours, "calls", "list"), 4, "speaks no TLS")

    def test_certificate_that_expired_meanwhile_is_refused(self):
        """FT63."""
        certificate, key = self.authority.sign("expired", "DNS:localhost", expired=True)
        server = grpc.server(futures.ThreadPoolExecutor(1))
        port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials(
            [(key.read_bytes(), certificate.read_bytes())]))
        server.start()
        self.addCleanup(server.stop, None)
        result = self.callctl(f"localhost:{port}", f"--service-tls-ca={self.authority.file}",
                              "calls", "list")
        self.assert_fails(result, 4, "not valid now")

    def test_missing_token_and_missing_role_have_an_exit_code(self):
        service = self.start_service(self.write_callers(("feeder", ["ingest"], "feed")))
        self.assert_fails(self.callctl(service.address, "calls", "list"), 8, "Bearer")
        self.assert_fails(self.callctl(service.address, self.token_file("feed"), "calls", "list"),
                          8, "'read'", "feeder")

    def test_files_that_do_not_do_are_named(self):
        empty = self.folder / "empty"
        empty.write_text("\n")
        for arguments, code, word in (
                (("--token-file=/nowhere/token",), 3, "/nowhere/token"),
                ((f"--token-file={empty}",), 3, "empty"),
                ((f"--service-tls-ca={empty}",), 3, "CERTIFICATE"),
                (("--service-tls-name=x",), 2, "--service-tls-ca"),
                ((f"--service-tls-ca={self.authority.file}", "--service-tls-cert=x"), 2,
                 "--service-tls-key")):
            with self.subTest(arguments=arguments):
                self.assert_fails(self.callctl("127.0.0.1:1", *arguments, "calls", "list"), code,
                                  word)


class AdapterTest(SecurityTest):
    """The adapter as a caller."""

    def test_webhooks_arrive_over_tls_with_a_token(self):
        service = self.start_service(*self.tls(
            self.write_callers(("adapter", ["ingest"], "feed"), ("test", ["admin"], "all"))))
        adapter = self.start_adapter(
            service.address, f"--service-tls-ca={self.authority.file}", self.token_file("feed"))
        stub = api.stubs.CallEventServiceStub(self.secure(service.address))
        everything = (("authorization", "Bearer all"),)
        stub.CreateCall(api.service.CreateCallRequest(call=api.call.Call(), call_id="15"),
                        timeout=api.TIMEOUT, metadata=everything)
        answer = self.sender_to(adapter).post(webhook.status_update(15, "ringing", BEGIN, "v"))
        self.assertEqual(answer.http, 200, answer)

    def test_token_that_the_service_does_not_know_keeps_events_in_the_spool(self):
        """FT63: the operator's mistake buries nothing."""
        tokens = self.write_callers(("test", ["admin"], "all"))
        service = self.start_service(tokens)
        adapter = self.start_adapter(service.address, self.token_file("feed"),
                                     f"--spool={self.folder}/spool.db")
        sender = self.sender_to(adapter)
        for number in range(10):
            answer = sender.post(webhook.status_update(15, "ringing", BEGIN + number, "v"))
            self.assertEqual(answer.http, 202, answer)
        self.assertIn("does not let the adapter in", adapter.log_text())
        channel = grpc.insecure_channel(service.address)
        self.addCleanup(channel.close)
        stub = api.stubs.CallEventServiceStub(channel)
        everything = (("authorization", "Bearer all"),)
        stub.CreateCall(api.service.CreateCallRequest(call=api.call.Call(), call_id="15"),
                        timeout=api.TIMEOUT, metadata=everything)
        self.write_callers(("test", ["admin"], "all"), ("adapter", ["ingest"], "feed"))
        service.process.send_signal(signal.SIGHUP)
        programs.wait_until(lambda: len(stub.ListCallEvents(
            api.service.ListCallEventsRequest(parent="calls/15", page_size=100),
            timeout=api.TIMEOUT, metadata=everything).events) == 10, "all events")
        letters = programs.run("vapi-webhook-adapter", "dead-letters", "list", "-o", "json",
                               f"--spool={self.folder}/spool.db")
        self.assertEqual((letters.returncode, letters.stdout), (0, ""), letters.stderr)
        adapter.stop()
        self.assertIn("service_refused/UNAUTHENTICATED", adapter.log_text())

    def test_without_a_spool_the_sender_is_told_to_come_again(self):
        service = self.start_service(self.write_callers(("test", ["read"], "look")))
        for more in ((), (self.token_file("look"),)):
            adapter = self.start_adapter(service.address, *more)
            answer = self.sender_to(adapter).post(
                webhook.status_update(15, "ringing", BEGIN, "v"))
            self.assertEqual(answer.http, 503, answer)
            self.assertIn("retry-after", answer.headers)


class SocketTest(SecurityTest):
    """The service on a unix socket."""

    def test_all_clients_reach_it_and_a_second_service_does_not_take_it(self):
        address = f"unix:{self.folder}/service.sock"
        service = self.start_service(listen=address)
        channel = grpc.insecure_channel(address)
        self.addCleanup(channel.close)
        self.assert_let_in(channel)
        self.assertEqual(self.callctl(address, "calls", "list").returncode, 0)
        adapter = self.start_adapter(address)
        answer = self.sender_to(adapter).post(webhook.status_update(15, "ringing", BEGIN, "v"))
        self.assertEqual(answer.http, 404, answer)
        second = programs.run("call-event-service", f"--listen={address}",
                              f"--database=sqlite:{self.folder}/other.db")
        self.assertEqual(second.returncode, 1)
        self.assertIn("another program does", second.stderr)
        self.assert_let_in(channel)
        service.kill()
        self.start_service(listen=address)  # in the place of what the killed one left behind
        programs.wait_until(lambda: self.get_call(channel)[0] == grpc.StatusCode.NOT_FOUND,
                            "the next service")


class StopTest(EndToEndTest):
    """Streams of probes do not hold up the stop."""

    def test_watched_health_ends_with_the_service(self):
        service = self.start_service("--drain=1h")
        stream = self.connect(service.address).watch_health()
        self.assertEqual(next(stream), api.SERVING)
        service.terminate()
        self.assertEqual(next(stream), api.NOT_SERVING)
        with self.assertRaises(grpc.RpcError) as ended:
            next(stream)
        self.assertEqual(ended.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(service.wait(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
