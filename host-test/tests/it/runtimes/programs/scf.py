# A program for Tencent's custom runtime that does what the event says.
import http.client, json, os, time

address = os.environ["SCF_RUNTIME_API"] + ":" + os.environ["SCF_RUNTIME_API_PORT"]


def call(method, path, body=None):
    while True:
        try:
            connection = http.client.HTTPConnection(address)
            connection.request(method, "/runtime/" + path, body)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        except (ConnectionError, http.client.HTTPException):
            print("again", flush=True)
            time.sleep(0.01)


early = call("GET", "invocation/next")[0].status
empty = call("POST", "init/ready", "")[0].status
call("POST", "init/ready", " ")
while True:
    answer, event = call("GET", "invocation/next")
    said = {
        "early": early,
        "empty": empty,
        "id": answer.getheader("request_id"),
        "memory": answer.getheader("memory_limit_in_mb"),
        "time": answer.getheader("time_limit_in_ms"),
        "folder": os.getcwd(),
        "n": 1,
    }
    do = json.loads(event).get("do")
    if do == "look":
        said["again"] = call("GET", "invocation/next")[0].getheader("request_id")
    if do == "raise":
        call("POST", "invocation/error", "no")
        continue
    if do == "exit":
        os._exit(7)
    if do == "sleep":
        time.sleep(1000)
    call("POST", "invocation/response", json.dumps(said))
    if do == "twice":
        said["n"] = 2
        call("POST", "invocation/response", json.dumps(said))
