"""aliyun-fc2: make | check, URL, zip of `edgepick pack`. Prints what it saw."""
import base64
import json
import sys

import fc2

phase, url, archive = sys.argv[1:]
client = fc2.Client(endpoint=url, accessKeyID="ak", accessKeySecret="sk")
EVENT = b'{"count": 2}'


def calls():
    reply = client.invoke_function("pics", "pick", EVENT, {"x-fc-log-type": "Tail"})
    images = json.loads(reply.data)["images"]
    assert len({image["url"] for image in images}) == 2, images
    log = base64.b64decode(reply.headers["x-fc-log-result"]).decode("utf-8")
    assert reply.headers["x-fc-request-id"] in log, log
    named = {"x-fc-invocation-type": "Async", "x-fc-stateful-async-invocation-id": "left-" + phase}
    later = client.invoke_function("pics", "pick", EVENT, named)
    assert later.data == b"", later.data
    try:
        client.invoke_function("pics", "pick", b"no JSON")
        raise SystemExit("a failure was not seen")
    except fc2.FcError as error:
        assert "no JSON" in error.message, error
    asked = client.do_http_request("GET", "pics", "pick", "/", params={"format": "json"})
    assert asked.status_code == 200 and asked.json()["url"].startswith("https://"), asked.content
    print(phase, "invoked, left, failed, asked by HTTP:", asked.json()["url"])


if phase == "make":
    client.create_service("pics", "pictures", internetAccess=True)
    made = client.create_function(
        "pics", "pick", runtime="custom.debian10", handler="index.handler", memorySize=256,
        codeZipFile=archive, timeout=60, environmentVariables={"EDGEPICK_MOUNT": "/2016-08-15/proxy/pics/pick"})
    print("function", made.data["functionName"], made.data["codeSize"])
    web = {"authType": "function", "methods": ["GET"]}
    client.create_trigger("pics", "pick", "web", "http", web, "any", "")
    timer = {"cronExpression": "0 0 9 * * ?", "enable": True, "payload": "up"}
    fires = client.create_trigger("pics", "pick", "morning", "timer", timer, "any", "").data["nextFirings"][0]
    print("timer", fires["utc"], "in Beijing", fires["beijing"])
    version = client.publish_version("pics", "first").data["versionId"]
    client.create_alias("pics", "prod", version)
    client.put_function_async_invoke_config("pics", "LATEST", "pick", {"maxAsyncRetryAttempts": 0})
calls()
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
