# An action for the action loop that does what its argument says.
import json, os, sys, time

out = open("/dev/fd/3", "w")
if os.environ.get("__OW_WAIT_FOR_ACK"):
    print(json.dumps({"ok": os.environ["__OW_WAIT_FOR_ACK"] == "1"}), file=out, flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    value = asked["value"]
    match value.get("do"):
        case "exit":
            print("going", flush=True)
            os._exit(7)
        case "sleep":
            time.sleep(1000)
        case "text":
            print('"text"', file=out, flush=True)
        case "none":
            print("no JSON", file=out, flush=True)
        case "large":
            print(json.dumps({"body": "x" * (1 << 20)}), file=out, flush=True)
        case "redirect":
            answer = {"statusCode": 302, "headers": {"location": "https://pictures.test/1.webp"}}
            print(json.dumps(answer), file=out, flush=True)
        case _:
            seen = {"asked": asked, "environment": dict(os.environ), "folder": os.getcwd(), "process": os.getpid()}
            print(json.dumps(seen), file=out, flush=True)
