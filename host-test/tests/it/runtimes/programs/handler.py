# A custom handler of Azure Functions: documents in and out, or plain requests.
import http.server, json, os, sys, time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode("latin-1")
        path = self.path.split("?")[0].rsplit("/", 1)[-1]
        if "x-azure-functions-invocationid" not in self.headers:
            print("pinged", self.command, self.path, self.headers.items(), flush=True)
        seen = {
            "method": self.command,
            "target": self.path,
            "headers": [[name, value] for name, value in self.headers.items()],
            "body": body,
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "arguments": sys.argv[1:],
        }
        wanted = path
        if path in ("pic", "tick"):
            url = json.loads(body)["Data"].get("req", {}).get("Url", "")
            wanted = url.split("?")[0].rsplit("/", 1)[-1]
        if wanted == "exit":
            os._exit(7)
        if wanted == "hang-up":
            self.close_connection = True
            return
        if wanted == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
            self.close_connection = True
            return
        if wanted == "sleep":
            time.sleep(1000)
        if wanted == "redirect" or wanted == "text":
            self.say(302 if wanted == "redirect" else 200, "text/plain", "x")
        elif wanted == "moved":
            response = {"statusCode": 302, "headers": {"Location": "https://pictures.test/1.webp"}}
            self.say(200, "application/json", json.dumps({"Outputs": {"res": response}}))
        elif path in ("pic", "tick"):
            response = {"statusCode": 200, "body": json.dumps(seen)}
            self.say(200, "application/json", json.dumps({"Outputs": {"res": response}}))
        else:
            self.say(200, "application/json", json.dumps(seen))

    def say(self, status, kind, text):
        text = text.encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "https://pictures.test/1.webp")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments):
        pass


address = ("127.0.0.1", int(os.environ["FUNCTIONS_CUSTOMHANDLER_PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
