"""What tests of who comes in start from, with Python's gRPC as a foreign client."""

import hashlib
import json
import pathlib

import api
import certificates
import grpc
import programs
from fixture import EndToEndTest


class SecurityTest(EndToEndTest):
    """A service with TLS; tokens where a test asks for them."""

    def setUp(self):
        super().setUp()
        self.authority = certificates.Authority(self.folder)
        self.certificate, self.key = self.authority.sign(
            "service", "DNS:localhost", "IP:127.0.0.1")
        self.tokens_file = self.folder / "tokens.json"

    def tls(self, *more):
        return (f"--tls-cert={self.certificate}", f"--tls-key={self.key}", *more)

    def write_callers(self, *callers):
        """One entry for each (name, roles, token)."""
        self.tokens_file.write_text(json.dumps({"callers": [
            {"name": name, "roles": roles,
             "token_sha256": hashlib.sha256(token.encode()).hexdigest()}
            for name, roles, token in callers]}))
        return f"--tokens-file={self.tokens_file}"

    def token_file(self, token, name="token"):
        file = pathlib.Path(self.folder) / name
        file.write_text(token + "\n")
        return f"--token-file={file}"

    def secure(self, address, client=None, authority=None, name=None):
        """A channel of the foreign client."""
        chain, key = ([file.read_bytes() for file in client] if client else (None, None))
        credentials = grpc.ssl_channel_credentials(
            (authority or self.authority).file.read_bytes(), key, chain)
        options = [("grpc.ssl_target_name_override", name)] if name else []
        options.append(("grpc.use_local_subchannel_pool", 1))
        channel = grpc.secure_channel(address, credentials, options=options)
        self.addCleanup(channel.close)
        return channel

    def get_call(self, channel, token=None):
        """The code that a read is answered with."""
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        try:
            api.stubs.CallEventServiceStub(channel).GetCall(
                api.service.GetCallRequest(name="calls/15"), timeout=api.TIMEOUT,
                metadata=metadata)
        except grpc.RpcError as error:
            return error.code(), error.details()
        return grpc.StatusCode.OK, ""

    def assert_let_in(self, channel, token=None):
        code, details = self.get_call(channel, token)
        self.assertEqual(code, grpc.StatusCode.NOT_FOUND, details)

    def assert_refused(self, channel, expected, token=None):
        code, details = self.get_call(channel, token)
        self.assertEqual(code, expected, details)
        return details

    def callctl(self, address, *arguments):
        return programs.run("callctl", f"--service={address}", "--timeout=20s", *arguments)
