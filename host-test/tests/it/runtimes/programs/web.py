# A program that answers HTTP and says what it saw: where to listen is its
# argument.
import http.server, json, os, signal, sys, threading, time

host, port = sys.argv[1].rsplit(":", 1)
ten = threading.Barrier(10)
room = threading.Semaphore(10)
hooks = dict.fromkeys(("/initialize", "/pre-freeze", "/pre-stop"), "hook")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode("latin-1")
        path = self.path.split("?")[0].rsplit("/", 1)[-1]
        path = hooks.get(self.headers.get("x-fc-control-path"), path)
        if path == "exit":
            print("going", flush=True)
            os._exit(7)
        if path == "ten":
            crowded = not room.acquire(blocking=False)
            ten.wait()
            room.release()
            path = "fail" if crowded else path
        if path == "sleep":
            time.sleep(1000)
        if path == "hook":
            print("called", self.command, self.path, len(body), flush=True)
            if "no-start" in sys.argv and self.path == "/initialize":
                path = "fail"
        if path == "fail":
            self.send_response(500)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"no")
            return
        if path == "hang-up":
            self.close_connection = True
            return
        seen = {
            "method": self.command,
            "target": self.path,
            "headers": [[name, value] for name, value in self.headers.items()],
            "body": body,
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "peer": self.client_address,
        }
        text = json.dumps(seen).encode()
        if path == "large":
            text = b"x" * int(self.path.partition("?")[2] or 7 << 20)
        moved = path in ("redirect", "moved", "away", "circle")
        self.send_response(302 if moved else 200)
        if path in ("moved", "circle"):
            self.send_header("Location", "seen?n=1" if path == "moved" else "circle")
        if path == "away":
            self.send_header("Location", self.headers["x-away"])
        if path == "redirect":
            self.send_header("Location", "https://pictures.test/1.webp")
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
        if path == "fields":
            self.send_header("X-Long", "x" * 9000)
        if path == "status":
            self.send_header("X-Fc-Status", "404")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)
        if path == "last":
            self.close_connection = True

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

    def log_message(self, *arguments):
        pass


def end(*arguments):
    print("asked to end", flush=True)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
