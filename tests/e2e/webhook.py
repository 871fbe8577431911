"""A sender of webhooks, with nothing of ours in it."""

import http.client
import json

from programs import SECRET

PATH = "/webhooks/vapi"
BEGIN = 1_752_241_074_000  # 2025-07-11T13:37:54Z, in milliseconds: when the tests' calls begin


class Answer:
    """What the adapter answered. `json` is None where the body is no JSON object."""

    def __init__(self, response, body):
        self.http = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None

    def __repr__(self):
        return f"{self.http} {self.body[:300]!r}"


class Sender:
    """Posts bodies over one connection, which is opened again whenever it was closed."""

    def __init__(self, address, timeout=60.0):
        self._host, port = address.rsplit(":", 1)
        self._port = int(port)
        self._timeout = timeout
        self._connection = None

    def request(self, method, path, body=None, headers=None):
        """One request. A connection that the server had closed since the last one is renewed."""
        fresh = self._connection is None
        if fresh:
            self._connection = http.client.HTTPConnection(self._host, self._port,
                                                          timeout=self._timeout)
        try:
            self._connection.request(method, path, body=body, headers=headers or {})
            response = self._connection.getresponse()
            answer = Answer(response, response.read())
        except (http.client.HTTPException, OSError):
            self.close()
            if fresh:
                raise
            return self.request(method, path, body, headers)
        if response.will_close:
            self.close()
        return answer

    def post(self, body, secret=SECRET, path=PATH, content_type="application/json"):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        headers = {"Content-Type": content_type} if content_type else {}
        if secret is not None:
            headers["X-Vapi-Secret"] = secret
        return self.request("POST", path, body, headers)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def status_update(call_id, word, timestamp=None, vapi_id=None, **fields):
    """The body of a status update, as the design document's section 5.1 has it."""
    call = {"assistantOverrides": {"variableValues": {"call_id": str(call_id)}}}
    if vapi_id is not None:
        call["id"] = vapi_id
    message = {"type": "status-update", "status": word, "call": call, **fields}
    if timestamp is not None:
        message["timestamp"] = timestamp
    return {"message": message}


def report(call_id, timestamp=None, vapi_id=None, **fields):
    body = status_update(call_id, "", timestamp, vapi_id, **fields)
    del body["message"]["status"]
    body["message"]["type"] = "end-of-call-report"
    return body


def hangup(call_id, reason, timestamp=None, vapi_id=None):
    body = report(call_id, timestamp, vapi_id)
    body["message"]["type"] = "hangup"
    body["message"]["reason"] = reason
    return body
