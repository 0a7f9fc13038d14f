"""A model behind an address on this machine: minus the number of bills paid late.

python examples/models/server.py 8000 &
testbed audit rongcheng --model http://127.0.0.1:8000
"""

from __future__ import annotations

import csv
import io
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class LateBills(BaseHTTPRequestHandler):
    """Answers a table of records, posted as CSV with a header, with one score per line."""

    def do_POST(self) -> None:
        """Score the records of one request, in their order."""
        text = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        scores = [-float(record["utility_late"]) for record in csv.DictReader(io.StringIO(text))]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write("\n".join(map(str, scores)).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), LateBills).serve_forever()
