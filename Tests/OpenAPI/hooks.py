"""What schemathesis cannot know of the API when it makes up requests."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts right what no schema can say, where a request would be right but for it."""
    query = case.query or {}
    # A wait of any length that the document allows is as right as none, which takes no time.
    wait = query.get("wait")
    if isinstance(wait, (int, str)) and str(wait).isdecimal() and int(wait) <= 55:
        query["wait"] = type(wait)(0)
    # Every text is of the schema of a cursor, but only those are cursors that an answer brought.
    if isinstance(query.get("cursor"), str):
        del query["cursor"]
    # A time stands instead of a sequence number; each of them is of its schema.
    if "recordedFrom" in query:
        query.pop("after", None)
    # These are about a span of time; both its ends are of the schema wherever they are.
    spans = ("/v1/gateway-report", "/v1/summary", "/v1/export", "/v1/compare")
    if case.operation.path in spans and is_time(query.get("from")):
        query.pop("to", None)
    # Transitions have one time only.
    if case.operation.path == "/v1/export" and query.get("what") == "transitions":
        query.pop("by", None)
    # A time is of the schema whenever it is, but has to be in the future.
    body = case.body
    if isinstance(body, dict) and is_time(body.get("validityPeriod")):
        body["validityPeriod"] = "2099" + body["validityPeriod"][4:]


def is_time(value):
    """Whether the value begins like an RFC 3339 time or a date."""
    return isinstance(value, str) and value[:4].isdecimal() and value[4:5] == "-"
