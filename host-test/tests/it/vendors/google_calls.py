"""Google's framework for Python, and the CloudEvents package that it takes
events with, call two functions of events:
python3 google_calls.py CLOUDEVENT-URL BACKGROUND-URL [CONFORMANCE-CHECKOUT]
Each request goes to the framework too, whose verdict the function has to share.
Prints a line for each request; fails at the first verdict that differs.
"""
import json
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import functions_framework
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent, from_json

urls = dict(zip(["cloudevent", "event"], sys.argv[1:3]))
data = Path(*sys.argv[3:], "events/generate/data") if sys.argv[3:] else None

JSON = {"content-type": "application/json"}
MINIMAL = {"source": "//pics.example.net", "type": "net.example.pick"}
FULL = {
    **MINIMAL,
    "id": "5b0b9f3e",
    "time": "2026-07-10T19:19:04.123Z",
    "subject": "objects/new/red-cat.png",
    "dataschema": "https://example.net/picture.json",
    "datacontenttype": "application/json",
    "bucket": "pics",
}


def framework():
    """The framework with a function that takes whatever comes, by signature."""
    source = Path(tempfile.mkdtemp(), "main.py")
    source.write_text("def take(*event):\n    pass\n")
    return {
        signature: functions_framework.create_app("take", str(source), signature).test_client()
        for signature in urls
    }


def posted(url, headers, body):
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def made():
    """Events of the package's own making, in both modes."""
    texts = {**MINIMAL, "datacontenttype": "text/plain"}
    bytes_ = {**MINIMAL, "datacontenttype": "application/octet-stream"}
    for name, event in {
        "no data": CloudEvent(MINIMAL),
        "every attribute": CloudEvent(FULL, {"bucket": "pics", "name": "new/red cat.png"}),
        "text": CloudEvent(texts, "refresh"),
        "bytes": CloudEvent(bytes_, b"\xff\x00"),
    }.items():
        yield f"{name}, binary", *to_binary(event)
        yield f"{name}, structured", *to_structured(event)


def spoilt():
    """The same with something wrong."""
    event = CloudEvent(FULL, {"name": "red cat.png"})
    for name in ["id", "source", "type", "specversion"]:
        headers, body = to_structured(event)
        attributes = json.loads(body)
        del attributes[name]
        yield f"no {name}, structured", headers, json.dumps(attributes).encode()
        headers, body = to_binary(event)
        del headers[f"ce-{name}"]
        yield f"no {name}, binary", headers, body
    yield "specversion 2.0, binary", {**to_binary(event)[0], "ce-specversion": "2.0"}, b"{}"
    yield "no JSON, structured", to_structured(event)[0], b"{"
    yield "no JSON", JSON, b"{"
    yield "no event", JSON, b'{"count": 3}'


def conformance():
    """Every event that Google's conformance tests send."""
    for path in sorted(data.glob("*-input.json")) if data else []:
        name, body = path.name.removesuffix("-input.json"), path.read_bytes()
        if name.endswith("-legacy"):
            yield name, JSON, body
        else:
            event = from_json(body)
            yield f"{name}, binary", *to_binary(event)
            yield f"{name}, structured", *to_structured(event)


def main():
    apps = framework()
    # A background function of the framework's takes anything that is JSON.
    for requests, signatures in [
        (made(), urls), (spoilt(), ["cloudevent"]), (conformance(), urls)
    ]:
        for name, headers, body in requests:
            for signature in signatures:
                reference = apps[signature].post("/", headers=headers, data=body or b"")
                status = posted(urls[signature], headers, body or b"")
                print(f"{status} {signature}: {name}")
                assert status == reference.status_code, (reference.status, headers, body)


main()
