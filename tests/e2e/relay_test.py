"""V6: what VAPI waits on is answered by another server, through the adapter."""

import http.server
import json
import threading
import unittest

import programs
import webhook
from fixture import EndToEndTest

TOOL_CALLS = {"message": {"type": "tool-calls", "toolCallList": [{"id": "call_1"}]}}
RESULTS = {"results": [{"toolCallId": "call_1", "result": "Ford, 2019"}]}
CONCURRENCY = 3


class ToolServer:
    """Answers tool calls; hangs while `release` is not set."""

    def __init__(self):
        self.received = []
        self.release = threading.Event()
        self.release.set()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.received.append((self.path, dict(self.headers), body))
                owner.release.wait()
                answer = json.dumps(RESULTS).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class RelayTest(EndToEndTest):
    """An assistant with tools whose only server URL is the adapter's."""

    def setUp(self):
        super().setUp()
        self.tools = ToolServer()
        self.addCleanup(self.tools.close)
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.api.create_call(15)

    def start_with(self, relay, *more):
        self.adapter = self.start_adapter(self.service.address, f"--relay={relay}", *more)
        self.sender = self.sender_to(self.adapter)

    def test_a_tool_call_is_answered_by_its_server(self):
        """Body and authentication headers arrive as they were sent."""
        self.start_with(f"{self.tools.url}/vapi")
        body = json.dumps(TOOL_CALLS, indent=2).encode()
        answer = self.sender.post(body)
        self.assert_answer(answer, 200, **RESULTS)
        path, headers, received = self.tools.received[0]
        self.assertEqual((path, received), ("/vapi", body))
        self.assertEqual(headers["X-Vapi-Secret"], programs.SECRET)
        self.adapter.stop()
        self.assertIn("series=relay_answered/tool-calls count=1", self.adapter.log_text())

    def test_a_stranger_reaches_no_tool(self):
        self.start_with(self.tools.url)
        self.assertEqual(self.sender.post(TOOL_CALLS, secret="wrong").http, 401)
        self.assertEqual(self.tools.received, [])

    def test_types_without_a_url_and_events_are_not_relayed(self):
        self.start_with(f"assistant-request={self.tools.url}")
        self.assert_answer(self.sender.post(TOOL_CALLS), 200, status="ignored",
                           message="Event type tool-calls not processed")
        self.assertEqual(self.sender.post(webhook.status_update(15, "ringing")).http, 200)
        self.assertEqual(self.tools.received, [])

    def test_a_server_that_hangs_does_not_hold_up_events(self):
        """Four threads, three of them waiting for tools; what is beyond gets 503 at once."""
        self.start_with(self.tools.url, "--threads=4", f"--relay-concurrency={CONCURRENCY}")
        self.tools.release.clear()
        answers = []
        waiting = [threading.Thread(target=lambda: answers.append(
            self.sender_to(self.adapter).post(TOOL_CALLS).http)) for _ in range(CONCURRENCY)]
        for thread in waiting:
            thread.start()
        programs.wait_until(lambda: len(self.tools.received) == CONCURRENCY, "all are waiting")
        for word in ("ringing", "in-progress"):
            self.assertEqual(self.sender.post(webhook.status_update(15, word)).http, 200)
        busy = self.sender.post(TOOL_CALLS)
        self.assertEqual((busy.http, busy.headers["retry-after"]), (503, "5"))
        self.tools.release.set()
        for thread in waiting:
            thread.join()
        self.assertEqual(answers, [200] * CONCURRENCY)
        self.assertEqual(self.api.get_call(15).status_text, "In Progress")

    def test_a_server_that_is_not_there_or_too_slow_is_told(self):
        self.start_with(self.tools.url, "--relay-timeout=100ms")
        self.tools.release.clear()
        self.assertEqual(self.sender.post(TOOL_CALLS).http, 504)
        self.start_with("http://127.0.0.1:1")
        self.assertEqual(self.sender.post(TOOL_CALLS).http, 502)

    def test_what_is_no_url_or_leaves_no_thread_refuses_to_start(self):
        for arguments in (["--relay=tools"], ["--relay=status-update=http://tools"],
                          ["--relay=http://tools", "--threads=8", "--relay-concurrency=8"]):
            with self.subTest(arguments=arguments):
                result = programs.run("vapi-webhook-adapter", "--insecure-no-auth", *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn("--relay", result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
