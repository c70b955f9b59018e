# An action proxy of OpenWhisk that tells what it was called with.
import http.server, json, os, sys

SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"
calls = []


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length))
        calls.append({"path": self.path, "body": body})
        if self.path == "/init":
            if "refuse" in sys.argv:
                return self.say(502, {"error": "no init"})
            return self.say(200, {"ok": True})
        what = body["value"].get("do")
        if what == "exit":
            os._exit(7)
        if what != "silence":
            print(SENTINEL, flush=True)
            print(SENTINEL, file=sys.stderr, flush=True)
        if what == "raise":
            self.say(502, {"error": "no"})
        elif what == "text":
            self.say(200, "text")
        else:
            self.say(200, {"calls": calls, "api_host": os.environ["__OW_API_HOST"]})

    def say(self, status, document):
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Proxy).serve_forever()
