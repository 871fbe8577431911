"""The adapter's listener: HTTPS, client certificates, addresses, rates."""

import http.client
import signal
import ssl
import unittest

import certificates
import programs
from fixture import EndToEndTest

BODY = b'{"message":{"type":"speech-update"}}'


class ListenerTest(EndToEndTest):
    """An adapter whose service is away: nothing here needs one."""

    def start_listening(self, *arguments):
        self.adapter = self.start_adapter("127.0.0.1:1", *arguments)

    def start_with_tls(self, *arguments):
        self.authority = certificates.Authority(self.folder)
        self.certificate, self.key = self.authority.sign("adapter", "IP:127.0.0.1")
        self.start_listening(f"--tls-cert={self.certificate}", f"--tls-key={self.key}", *arguments)

    def tls_context(self, authority=None, client=None):
        context = ssl.create_default_context(cafile=str((authority or self.authority).file))
        if client:
            context.load_cert_chain(*map(str, client))
        return context

    def connect(self, context=None):
        address = ("127.0.0.1", self.adapter.port)
        if context:
            connection = http.client.HTTPSConnection(*address, timeout=30, context=context)
        else:
            connection = http.client.HTTPConnection(*address, timeout=30)
        self.addCleanup(connection.close)
        return connection

    def post(self, connection, body=BODY, **headers):
        connection.request("POST", "/webhooks/vapi", body,
                           {"X-Vapi-Secret": programs.SECRET, **headers})
        answer = connection.getresponse()
        answer.read()
        return answer

    def assert_not_started(self, *arguments, words):
        secret_file = self.folder / "secret"
        secret_file.write_text(programs.SECRET)
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              f"--webhook-secret-file={secret_file}", *arguments)
        self.assertGreater(result.returncode, 0)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_https_serves_many_requests_of_all_sizes_on_one_connection(self):
        self.start_with_tls()
        connection = self.connect(self.tls_context())
        for padding in (0, 10, 20_000, 5_000_000, 0):
            answer = self.post(connection, BODY[:-1] + b" " * padding + b"}")
            self.assertEqual(answer.status, 200)
            self.assertFalse(answer.will_close)

    def test_plain_http_and_old_versions_are_turned_away(self):
        self.start_with_tls()
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.post(self.connect())
        for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context = self.tls_context()
            context.set_ciphers("ALL:@SECLEVEL=0")  # else the client itself would not begin
            context.minimum_version = context.maximum_version = old
            with self.subTest(version=old), self.assertRaises(ssl.SSLError) as refused:
                self.post(self.connect(context))
            self.assertEqual(refused.exception.reason, "TLSV1_ALERT_PROTOCOL_VERSION")
        self.assertEqual(self.post(self.connect(self.tls_context())).status, 200)

    def test_only_certificates_of_the_client_authority_come_in(self):
        clients = certificates.Authority(self.folder, "clients")
        strangers = certificates.Authority(self.folder, "strangers")
        self.start_with_tls(f"--tls-client-ca={clients.file}")
        known = clients.sign("vapi", "DNS:vapi")
        self.assertEqual(self.post(self.connect(self.tls_context(client=known))).status, 200)
        for client in (None, strangers.sign("other", "DNS:other")):
            with self.assertRaises((http.client.HTTPException, OSError)):
                self.post(self.connect(self.tls_context(client=client)))

    def test_certificate_is_exchanged_on_sighup_without_a_break(self):
        self.start_with_tls()
        kept = self.connect(self.tls_context())
        self.assertEqual(self.post(kept).status, 200)
        newer = certificates.Authority(self.folder, "newer")
        newer.sign("adapter", "IP:127.0.0.1")
        self.adapter.process.send_signal(signal.SIGHUP)
        programs.wait_until(lambda: "certificate loaded again" in self.adapter.log_text(),
                            "the new certificate")
        self.assertEqual(self.post(kept).status, 200)
        self.assertEqual(self.post(self.connect(self.tls_context(newer))).status, 200)
        self.certificate.write_text("nonsense")
        self.adapter.process.send_signal(signal.SIGHUP)
        programs.wait_until(lambda: "certificate not loaded again" in self.adapter.log_text(),
                            "the refusal of nonsense")
        self.assertEqual(self.post(self.connect(self.tls_context(newer))).status, 200)

    def test_files_that_do_not_do_are_named_at_the_start(self):
        authority = certificates.Authority(self.folder)
        certificate, key = authority.sign("one", "IP:127.0.0.1")
        _, other_key = authority.sign("two", "IP:127.0.0.1")
        self.assert_not_started(f"--tls-cert={certificate}", words=["--tls-key"])
        self.assert_not_started(f"--tls-cert={certificate}", f"--tls-key={other_key}",
                                words=[str(other_key), "mismatch"])
        self.assert_not_started("--tls-cert=/nowhere/x.pem", f"--tls-key={key}",
                                words=["/nowhere/x.pem"])
        self.assert_not_started(f"--tls-cert={certificate}", f"--tls-key={key}",
                                "--tls-client-ca=/nowhere/ca.pem", words=["/nowhere/ca.pem"])

    def test_values_that_do_not_do_are_named_at_the_start(self):
        for setting in ("--allow-from=10.0.0.1/8", "--trusted-proxy=x", "--rate-limit=-1",
                        "--threads=0", "--max-connections=0", "--request-deadline=0s"):
            self.assert_not_started(setting, words=[setting.split("=")[0]])

    def test_senders_from_elsewhere_are_refused(self):
        """FT29: a forged header changes nothing."""
        self.start_listening("--allow-from=192.0.2.0/24")
        answer = self.post(self.connect(), **{"X-Forwarded-For": "192.0.2.1"})
        self.assertEqual(answer.status, 403)
        self.assertIn("kind=address", self.adapter.log_text())

    def test_a_trusted_proxy_is_believed(self):
        """FT29."""
        self.start_listening("--allow-from=192.0.2.0/24", "--trusted-proxy=127.0.0.1")
        forwarded = {"X-Forwarded-For": "6.6.6.6, 192.0.2.1"}
        self.assertEqual(self.post(self.connect(), **forwarded).status, 200)
        forwarded = {"X-Forwarded-For": "192.0.2.1, 6.6.6.6"}
        self.assertEqual(self.post(self.connect(), **forwarded).status, 403)

    def test_too_many_requests_are_told_when_to_come_again(self):
        self.start_listening("--rate-limit=1")
        answers = [self.post(self.connect()) for _ in range(5)]
        self.assertEqual([answer.status for answer in answers[:2]], [200, 200])
        self.assertEqual(answers[-1].status, 429)
        self.assertGreaterEqual(int(answers[-1].headers["Retry-After"]), 1)


if __name__ == "__main__":
    unittest.main()
