"""Standard Webhooks, with the specification's own npm package as the sender."""

import filecmp
import json
import os
import pathlib
import subprocess
import time
import unittest

import programs
import webhook
from fixture import EndToEndTest

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
WANTED = programs.ROOT / "bazel-free-scripts" / "package-lock.json"
INSTALLED = programs.ROOT / "build" / "npm" / "installed-lock.json"
MODULES = INSTALLED.parent / "node_modules"


def is_installed():
    """Whether the package is there, of the version that is wanted."""
    return INSTALLED.exists() and filecmp.cmp(WANTED, INSTALLED, shallow=False)
SIGN = pathlib.Path(__file__).parent / "sign_standard_webhook.js"


def signed(body, secret=SECRET, seconds=None, message_id="msg_1"):
    """The headers that the package makes."""
    seconds = str(int(time.time()) if seconds is None else seconds)
    result = subprocess.run(["node", str(SIGN), secret, message_id, seconds], input=body,
                            capture_output=True, check=True, timeout=60,
                            env={**os.environ, "NODE_PATH": str(MODULES)})
    return {"Content-Type": "application/json", **json.loads(result.stdout)}


@unittest.skipUnless(is_installed(), "the sender is not installed: lint.sh does it")
class StandardWebhooksTest(EndToEndTest):
    """An adapter that takes nothing else."""

    def setUp(self):
        super().setUp()
        self.service = self.start_service()
        self.connect(self.service.address).create_call(15)
        path = self.folder / "auth.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"methods": [
            {"type": "standard-webhooks", "secrets": [OTHER_SECRET, SECRET]}]}))
        self.adapter = self.start(programs.Program(
            "vapi-webhook-adapter", "--listen=127.0.0.1:0", f"--service={self.service.address}",
            f"--webhook-auth-file={path}"))
        self.sender = self.sender_to(self.adapter)
        # Text beyond ASCII, and white space that a parser would lose.
        self.body = (json.dumps(webhook.status_update(15, "ringing", customer={"name": "Zoë 🚗"}),
                                ensure_ascii=False, indent=1) + "\n").encode()

    def post(self, headers, body=None):
        return self.sender.request("POST", webhook.PATH, body or self.body, headers).http

    def test_what_the_package_signs_is_let_in(self):
        self.assertEqual(self.post(signed(self.body)), 200)
        self.assertEqual(self.post(signed(self.body, OTHER_SECRET)), 200)

    def test_one_good_signature_of_several_is_enough(self):
        now = int(time.time())
        headers = signed(self.body, "whsec_" + "A" * 32, now)
        good = signed(self.body, SECRET, now)["webhook-signature"]
        headers["webhook-signature"] += " v1a,AAAA " + good
        self.assertEqual(self.post(headers), 200)

    def test_what_is_changed_after_signing_is_refused(self):  # FT42
        headers = signed(self.body)
        self.assertEqual(self.post(headers, self.body.rstrip()), 401)
        self.assertEqual(self.post({**headers, "webhook-id": "msg_2"}), 401)
        self.assertEqual(self.post({**headers, "webhook-timestamp": str(int(time.time()) + 1)}),
                         401)
        self.assertEqual(self.post(signed(self.body, "whsec_" + "A" * 32)), 401)

    def test_what_was_signed_too_long_ago_is_refused(self):  # FT43
        self.assertEqual(self.post(signed(self.body, seconds=int(time.time()) - 302)), 401)
        self.assertEqual(self.post(signed(self.body, seconds=int(time.time()) + 120)), 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)
