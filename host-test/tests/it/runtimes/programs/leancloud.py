# An app of LeanCloud's cloud engine: how it answers is its argument.
import http.server, json, os, sys, time

how = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        path = self.path
        if path == "/__engine/1/ping" and "no-ping" not in how:
            self.say(200, {"runtime": "own-1", "version": "custom"})
        elif path == "/1.1/functions/_ops/metadatas" and "no-functions" not in how:
            right = self.headers.get("x-avoscloud-master-key") == os.environ["LEANCLOUD_APP_MASTER_KEY"]
            if right and "mute" not in how:
                self.say(200, {"result": ["pic"]})
            else:
                self.say(401, {"code": 401, "error": "Unauthorized."})
        elif path == "/1.1/functions/pic":
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.say(200, {"result": {"asked": json.loads(body or "{}"), "headers": headers}})
        elif path == "/1.1/call/pic":
            self.say(400, {"code": 142, "error": "no picture"})
        elif path == "/1.1/functions/odd":
            self.say(302, {})
        elif path == "/" and "page" in how:
            self.say(200, {"environment": dict(os.environ), "folder": os.getcwd()})
        elif path == "/":
            self.say(302, {})
        elif path == "/exit":
            os._exit(7)
        elif path == "/sleep":
            time.sleep(1000)
        else:
            self.say(404, {"code": 1, "error": "nothing"})

    def say(self, status, document):
        text = json.dumps(document).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "https://pictures.test/1.webp")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments):
        pass


address = (os.environ.get("HOST", "0.0.0.0"), int(os.environ["LEANCLOUD_APP_PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
