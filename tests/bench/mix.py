"""The bodies of one call's life, in the form that mix.h describes.

Three mixes: `small` has what a receiver needs and little else, its report has 20 lines and about 8 KB;
`unnamed` is the same without our id of the call, which is known by VAPI's then;
`real` has what VAPI sends: status updates of 18 KB and a report of 30 KB, with the assistant's whole
definition in each. All are cut from the bodies of tests/demo.
"""

import copy
import json
import pathlib
import sys

DEMO = pathlib.Path(__file__).resolve().parents[1] / "demo"
CALL_NUMBER = 7_000_000_000  # mix.h: every body names this call
VAPI_ID_BEGIN = "0195a1b2-7c3d-7e4f-8a5b-00"  # the number follows
STEPS = ("queued", "ringing", "in-progress", "completed", "hang", "end-of-call-report")
STATUS_BYTES = 18_000
REPORT_BYTES = 30_000
REPORT_LINES = 20
BEGIN_MS = 1_772_460_300_000


def _demo(name):
    return json.loads((DEMO / f"{name}.json").read_text())["message"]


def _named(message, step):
    """The same message, of our call, `step` steps into its life."""
    message["call"]["id"] = f"{VAPI_ID_BEGIN}{CALL_NUMBER}"
    message["call"]["assistantOverrides"]["variableValues"]["call_id"] = str(CALL_NUMBER)
    message["timestamp"] = BEGIN_MS + 10_000 * step
    return message


def _event(step):
    """A status update, or the hang, as whole as the demo's."""
    message = _demo("in-progress")
    if STEPS[step] == "hang":
        message["type"] = "hang"
        del message["status"]
    else:
        message["status"] = STEPS[step]
    return message


def _report():
    """A report of 20 lines; the prompt, which comes before them, is none that is stored."""
    message = _demo("end-of-call-report")
    for lines in (message["messages"], message["artifact"]["messages"]):
        del lines[REPORT_LINES + 1:]
        assert [line["role"] for line in lines].count("system") == 1
    return message


def _without_what_is_skipped(message):
    """The small form: no assistant, nothing twice."""
    kept = {"timestamp", "type", "status", "call", "customer", "phoneNumber", "artifact",
            "analysis", "startedAt", "endedAt", "endedReason", "cost", "durationMs", "summary",
            "transcript", "recordingUrl"}
    small = {name: value for name, value in message.items() if name in kept}
    lines = message["artifact"].get("messages", [])
    small["artifact"] = {"messages": [line for line in lines if line["role"] != "system"]}
    return small


def _filled(message, size):
    """The same message, its assistant's definition grown until the body is `size` bytes long.

    Tools are what real definitions are long by.
    """
    message = copy.deepcopy(message)
    tools = message["assistant"]["model"].setdefault("tools", [])
    number = 0
    while len(_body(message)) < size:
        number += 1
        tools.append({"type": "function", "async": False, "function": {
            "name": f"find_slot_{number}",
            "description": "Looks for a free appointment.\nUse it only when the customer has "
                           "agreed to come in; offer at most two of the times that it returns.",
            "parameters": {"type": "object", "required": ["day", "service"], "properties": {
                "day": {"type": "string", "description": "The day, as \"2026-03-05\"."},
                "service": {"type": "string", "enum": ["inspection", "tyres", "brakes"]},
                "minutes": {"type": "number", "description": "How long it takes, 30 to 240."}}}},
            "server": {"url": "https://workshop.example.com/tools/slots", "timeoutSeconds": 20},
            "messages": [{"type": "request-start", "content": "One moment, I am looking."}]})
    return message


def _body(message):
    return json.dumps({"message": message}, separators=(",", ":"), ensure_ascii=False)


def mix(kind):
    """The steps of the mix `small`, `unnamed` or `real`: a list of {"name", "body"}."""
    steps = []
    for step, name in enumerate(STEPS):
        is_report = name == "end-of-call-report"
        message = _named(_report() if is_report else _event(step), step)
        if kind == "unnamed":
            del message["call"]["assistantOverrides"]["variableValues"]["call_id"]
        if kind == "real":
            message = _filled(message, REPORT_BYTES if is_report else STATUS_BYTES)
        else:
            message = _without_what_is_skipped(message)
        steps.append({"name": name, "body": _body(message)})
    return steps


def write(kind, file):
    pathlib.Path(file).write_text(json.dumps(mix(kind), ensure_ascii=False))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for each in ("small", "unnamed", "real"):
        write(each, folder / f"{each}.json")
