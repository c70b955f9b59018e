"""aliyun-fc2: make | check, URL, zip. Prints what it saw."""
import base64
import json
import sys

import fc2

phase, url, archive = sys.argv[1:]
client = fc2.Client(endpoint=url, accessKeyID="ak", accessKeySecret="sk")


def calls(event):
    reply = client.invoke_function("pics", "pick", event, {"x-fc-log-type": "Tail"})
    assert reply.data == event, reply.data
    log = base64.b64decode(reply.headers["x-fc-log-result"]).decode("utf-8")
    assert "event " + event.decode("ascii") in log, log
    later = client.invoke_function("pics", "pick", event, {"x-fc-invocation-type": "Async"})
    assert later.data == b"", later.data
    try:
        client.invoke_function("pics", "pick", b"fail")
        raise SystemExit("a failure was not seen")
    except fc2.FcError as error:
        assert "no such cat" in error.message, error
    asked = client.do_http_request("POST", "pics", "pick", "/a b", params={"k": "v w"}, body=event)
    assert asked.content == event, asked.content
    print(phase, "invoked, left, failed, asked by HTTP")


if phase == "make":
    client.create_service("pics", "pictures", internetAccess=True)
    made = client.create_function(
        "pics", "pick", runtime="custom.debian10", handler="index.handler",
        codeZipFile=archive, memorySize=256, timeout=60)
    print("function", made.data["functionName"], made.data["codeSize"])
    client.create_trigger("pics", "pick", "web", "http", {"authType": "function", "methods": ["POST"]}, "any", "")
    timer = {"cronExpression": "0 0 9 * * ?", "enable": True, "payload": "up"}
    client.create_trigger("pics", "pick", "morning", "timer", timer, "any", "")
    version = client.publish_version("pics", "first").data["versionId"]
    client.create_alias("pics", "prod", version)
    client.put_function_async_invoke_config("pics", "LATEST", "pick", {"maxAsyncRetryAttempts": 0})
calls(phase.encode("ascii"))
names = [trigger["triggerName"] for trigger in client.list_triggers("pics", "pick").data["triggers"]]
assert names == ["morning", "web"], names
assert client.get_alias("pics", "prod").data["versionId"] == "1"
assert client.get_function("pics", "pick", qualifier="prod").data["memorySize"] == 256
try:
    client.get_service("none")
    raise SystemExit("a service that is not there was seen")
except fc2.FcError as error:
    assert error.err_code == "ServiceNotFound", error
print(phase, "services", json.dumps([s["serviceName"] for s in client.list_services().data["services"]]))
