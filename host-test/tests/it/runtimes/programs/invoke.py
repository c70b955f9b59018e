# A program for Alibaba that answers events with themselves, and fails as they
# say.
import http.server, os


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        event = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(500 if event == b"bad status" else 200)
        if event == b"bad field":
            self.send_header("x-fc-status", "404")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def log_message(self, *arguments):
        pass


address = ("0.0.0.0", int(os.environ["FC_SERVER_PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
