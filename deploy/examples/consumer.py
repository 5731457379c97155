#!/usr/bin/env python3
"""Follows the feed of cashin-receiver, and does its work once for each transition.

The offset is stored in the same database transaction as the work: wherever the program is killed,
the next run continues exactly behind the work that is done. Python 3.9, standard library alone.

    consumer.py --url http://127.0.0.1:8081 --token-file orders.token --database orders.db
"""

import argparse
import json
import os
import pathlib
import signal
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SCHEMA = """
    CREATE TABLE IF NOT EXISTS feed_offset (feed TEXT NOT NULL, offset INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, reference TEXT, status TEXT, amount TEXT);
"""
WAIT_SECONDS = 55  # of a long poll; the most that the API allows
PAUSE_SECONDS = 2  # while the receiver is not available


def act(database, feed, transition):
    """Your own work, such as marking an order as paid. Compare the amount with your order's."""
    amount = transition["amount"]["value"] if transition["amount"] else None
    database.execute(
        "INSERT INTO work (id, reference, status, amount) VALUES (?, ?, ?, ?)",
        (
            f"{feed}.{transition['sequence']}",
            transition["partnerReferenceNo"],
            transition["to"],
            amount,
        ),
    )


def follow(options, database):
    feed, offset = load(database)
    if options.after is not None:
        feed, offset = None, options.after  # of the present feed, whichever it is
    while True:
        page = next_page(options, feed, offset)
        with database:  # one transaction: all of it is committed, or nothing
            for transition in page["transitions"]:
                act(database, page["feed"], transition)
            store(database, page["feed"], page["next"])
        feed, offset = page["feed"], page["next"]


def load(database):
    return database.execute("SELECT feed, offset FROM feed_offset").fetchone() or (None, 0)


def store(database, feed, offset):
    database.execute("DELETE FROM feed_offset")
    database.execute("INSERT INTO feed_offset VALUES (?, ?)", (feed, offset))


def next_page(options, feed, offset):
    """The transitions after the offset; waits until there are some, or for a minute."""
    query = {"after": offset, "wait": WAIT_SECONDS}
    if feed:
        query["feed"] = feed  # a restored database has another feed: 409 instead of a wrong page
    url = f"{options.url}/v1/transitions?{urllib.parse.urlencode(query)}"
    # Without the proxy of the environment: the receiver is on this machine or in this network.
    client = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            # Read each time, so that a token can be exchanged.
            token = pathlib.Path(options.token_file).read_text().strip()
            request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
            with client.open(request, timeout=WAIT_SECONDS + 15) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code not in (408, 429, 502, 503, 504):
                stop(error)
            report(f"the receiver answered {error.code}; retrying")
        except (OSError, ValueError) as error:  # no connection, a timeout, half a response
            report(f"{error}; retrying")
        time.sleep(PAUSE_SECONDS)


def stop(error):
    """Ends the program at a problem that a repeated request does not remove."""
    try:
        problem = json.load(error)
    except ValueError:
        problem = {"title": f"the receiver answered {error.code}"}
    report(": ".join(problem[name] for name in ("title", "detail") if name in problem))
    if error.code in (409, 410):  # feed-changed, position-ahead; position-expired
        report("find out up to which transition the work is done, then start with --after N")
    sys.exit(65)


def report(text):
    print(f"consumer: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8081")
    parser.add_argument("--token-file", required=True, metavar="FILE")
    parser.add_argument("--database", required=True, metavar="FILE")
    parser.add_argument("--after", type=int, metavar="N", help="begin after this sequence number")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        # At once, since any moment is safe. An exception could be lost in a destructor.
        signal.signal(number, lambda *_: os._exit(0))
    database = sqlite3.connect(options.database)
    database.executescript(SCHEMA)
    follow(options, database)


if __name__ == "__main__":
    main()
