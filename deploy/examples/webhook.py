#!/usr/bin/env python3
"""Receives the messages of `cashin-receiver forward`, and does its work once for each.

It checks the signature (Standard Webhooks) before it reads anything of a message, and stores the
id of the message in the same transaction as the work. Python 3.9, standard library alone.

    webhook.py --port 8090 --secret-file shop.secret --database shop.db
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import sqlite3
import time

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 65536


def check(secret, headers, body):
    """Returns the id of a message; raises ValueError if it is not signed with the secret."""
    identifier = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("webhook-timestamp is missing or not within 5 minutes of now")
    key = base64.b64decode(secret.strip().removeprefix("whsec_"))
    if not key:
        raise RuntimeError("the secret file contains no secret")  # the message is sent again
    content = f"{identifier}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    # While a secret is exchanged there are several signatures, separated by blanks.
    signatures = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(signature, expected) for signature in signatures):
        raise ValueError("webhook-signature does not verify")
    return identifier


def act(database, transition):
    """Your own work, such as marking an order as paid. Compare the amount with your order's."""
    print(transition["partnerReferenceNo"], transition["to"], flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(int(length))
        try:
            secret = pathlib.Path(self.server.options.secret_file).read_text()
            identifier = check(secret, self.headers, body)
        except ValueError as error:
            self.log_message("refused: %s", error)
            return self.answer(401)
        database = self.server.database
        with database:  # one transaction: the id and the work, or nothing
            insert = "INSERT OR IGNORE INTO messages VALUES (?, ?)"
            # A message that has come before is accepted again.
            if database.execute(insert, (identifier, body)).rowcount == 1:
                act(database, json.loads(body)["data"])
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--secret-file", required=True, metavar="FILE")
    parser.add_argument("--database", required=True, metavar="FILE")
    options = parser.parse_args()
    server = http.server.HTTPServer(("127.0.0.1", options.port), Handler)
    server.options = options
    server.database = sqlite3.connect(options.database)
    server.database.execute("CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, body BLOB)")
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
