# A program for Huawei's custom runtime that does what the event says.
import http.client, json, os

address = os.environ["RUNTIME_API_ADDR"]


def call(method, path, body=None):
    connection = http.client.HTTPConnection(address)
    connection.request(method, "/v1/runtime/invocation/" + path, body)
    answer = connection.getresponse()
    return answer, answer.read().decode()


while True:
    answer, event = call("GET", "request")
    id = answer.getheader("X-Cff-Request-Id")
    said = {"id": id, "type": answer.getheader("X-CFF-Invoke-Type"), "folder": os.getcwd()}
    match json.loads(event).get("do"):
        case "look":
            said["again"] = call("GET", "request")[0].getheader("X-Cff-Request-Id")
            said["other"] = call("POST", "response/other", "x")[0].status
        case "raise":
            call("POST", "error/" + id, '{"errorMessage":"no"}')
            continue
        case "exit":
            os._exit(7)
    call("POST", "response/" + id, json.dumps(said))
