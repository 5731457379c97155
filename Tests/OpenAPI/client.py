"""Uses a client that openapi-python-client has generated against a running receiver.

    client.py API            (the token in API_TOKEN, the package `receiver_client` in PYTHONPATH)

The receiver has the payments that scripts/check-openapi makes. Ends with an assertion that fails.
"""

import os
import sys

from receiver_client import AuthenticatedClient
from receiver_client.api.feed import list_transitions
from receiver_client.api.payments import list_transactions, show_transaction
from receiver_client.models import (
    LatestTransactionStatus,
    Problem,
    ProblemType,
    TransactionPage,
    TransactionStatus,
    TransitionPage,
    TransitionStatus,
)

client = AuthenticatedClient(sys.argv[1], token=os.environ["API_TOKEN"])

page = list_transactions.sync(client=client, limit=2)
assert isinstance(page, TransactionPage), page
assert len(page.transactions) == 2 and page.more, page
rest = list_transactions.sync(client=client, limit=2, cursor=page.next_)
assert isinstance(rest, TransactionPage) and not rest.more, rest
payments = {
    payment.partner_reference_no: payment for payment in page.transactions + rest.transactions
}
assert sorted(payments) == ["TRX-1", "TRX-2", "TRX-3"], payments
assert payments["TRX-1"].status is TransactionStatus.SUCCESS, payments["TRX-1"]
assert payments["TRX-1"].latest_transaction_status is LatestTransactionStatus.SUCCESS

# Lists are sent as `status=success&status=refunded`.
paid = list_transactions.sync(
    client=client, status=[TransactionStatus.SUCCESS, TransactionStatus.REFUNDED]
)
assert [payment.partner_reference_no for payment in paid.transactions] == ["TRX-1"], paid

feed = list_transitions.sync(client=client, after=0)
assert isinstance(feed, TransitionPage), feed
assert [transition.sequence for transition in feed.transitions] == list(range(1, feed.head + 1))
assert feed.transitions[0].from_ is TransactionStatus.CREATED, feed.transitions[0]
assert feed.transitions[0].recorded_at.utcoffset().total_seconds() == 7 * 3600
wanted = [TransitionStatus.SUCCESS, TransitionStatus.REFUNDED]
successes = list_transitions.sync(client=client, after=0, to=wanted)
assert [t.to for t in successes.transitions] == [TransitionStatus.SUCCESS], successes

for problem, kind, status in [
    (show_transaction.sync("TRX-0", client=client), ProblemType.TRANSACTION_NOT_FOUND, 404),
    (list_transitions.sync(client=client, after=9999), ProblemType.POSITION_AHEAD, 409),
    (list_transactions.sync(client=client, limit=0), ProblemType.INVALID_PARAMETER, 400),
    (
        list_transactions.sync(client=AuthenticatedClient(sys.argv[1], token="wrong")),
        ProblemType.UNAUTHORIZED,
        401,
    ),
]:
    assert isinstance(problem, Problem), problem
    assert (problem.type_, problem.status) == (kind, status), problem
    assert problem.detail and not problem.retryable, problem
