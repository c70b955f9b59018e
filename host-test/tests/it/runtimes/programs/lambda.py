# A program for AWS Lambda that does what the event says.
import http.client, json, os, sys, time

api = os.environ["AWS_LAMBDA_RUNTIME_API"]


def call(method, path, body=None, headers={}):
    while True:
        try:
            connection = http.client.HTTPConnection(api)
            connection.request(method, "/2018-06-01/runtime/" + path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        except (ConnectionError, http.client.HTTPException):
            print("again", flush=True)
            time.sleep(0.01)


start = os.environ.get("START")
if start == "sleep":
    time.sleep(1000)
if start == "fail":
    document = json.dumps({"errorMessage": "no list", "errorType": "Function.NoList"})
    call("POST", "init/error", document)
    sys.exit(1)

while True:
    status, headers, event = call("GET", "invocation/next")
    id = headers["lambda-runtime-aws-request-id"]
    asked = json.loads(event)
    answer = {"event": asked}
    match asked.get("do"):
        case "look":
            answer["headers"] = headers
            answer["environment"] = dict(os.environ)
            answer["folder"] = os.getcwd()
            answer["program"] = os.path.abspath(sys.argv[0])
        case "exit":
            print("going", flush=True)
            os._exit(7)
        case "sleep":
            time.sleep(1000)
        case "hoard":
            hoard = bytearray(200 << 20)
            hoard[::4096] = b"x" * len(hoard[::4096])
            # Once is too much.
            del hoard
            time.sleep(1000)
        case "raise":
            document = json.dumps({"errorMessage": "no such picture", "errorType": "Other"})
            call("POST", "invocation/" + id + "/error", document)
            continue
        case "large":
            status, _, body = call("POST", "invocation/" + id + "/response", "x" * 7000000)
            print(status, body, flush=True)
            continue
        case "stray":
            answer["again"] = call("GET", "invocation/next")[0]
            answer["other"] = call("POST", "invocation/other/response", "x")[0]
            answer["late"] = call("POST", "init/error", "{}")[0]
            answer["unknown"] = call("GET", "nothing")[0]
    call("POST", "invocation/" + id + "/response", json.dumps(answer))
