#!/usr/bin/env node
// Follows the feed of cashin-receiver, and does its work once for each transition.
//
// The offset is stored in the same transaction as the work (store.mjs): wherever the program is
// killed, the next run continues exactly behind the work that is done. Node 18, no packages.
//
//     node consumer.mjs --url http://127.0.0.1:8081 --token-file orders.token --store orders.db

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore } from './store.mjs';

const waitSeconds = 55; // of a long poll; the most that the API allows
const pauseSeconds = 2; // while the receiver is not available

/** Your own work, such as marking an order as paid. Compare the amount with your order's. */
function entry(feed, transition) {
  return {
    id: `${feed}.${transition.sequence}`,
    reference: transition.partnerReferenceNo,
    status: transition.to,
    amount: transition.amount?.value ?? null,
  };
}

async function follow(options, store) {
  let { feed, offset } = store.mark ?? { feed: null, offset: 0 };
  // --after is an offset of the present feed, whichever it is.
  if (options.after !== undefined) [feed, offset] = [null, Number(options.after)];
  while (true) {
    const page = await nextPage(options, feed, offset);
    [feed, offset] = [page.feed, page.next];
    store.commit({
      mark: { feed, offset },
      entries: page.transitions.map((transition) => entry(feed, transition)),
    });
  }
}

/** The transitions after the offset; waits until there are some, or for a minute. */
async function nextPage(options, feed, offset) {
  const query = new URLSearchParams({ after: offset, wait: waitSeconds });
  if (feed) query.set('feed', feed); // a restored database has another feed: 409, no wrong page
  while (true) {
    try {
      // Read each time, so that a token can be exchanged.
      const token = readFileSync(options['token-file'], 'utf8').trim();
      const response = await fetch(`${options.url}/v1/transitions?${query}`, {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout((waitSeconds + 15) * 1000),
      });
      if (response.ok) return await response.json();
      if (![408, 429, 502, 503, 504].includes(response.status)) await stop(response);
      report(`the receiver answered ${response.status}; retrying`);
    } catch (error) {
      // No connection, a timeout, half a response.
      report(`${error.cause?.message ?? error.message}; retrying`);
    }
    await pause(pauseSeconds * 1000);
  }
}

/** Ends the program at a problem that a repeated request does not remove. */
async function stop(response) {
  const problem = await response.json().catch(() => ({}));
  const title = problem.title ?? `the receiver answered ${response.status}`;
  report(problem.detail ? `${title}: ${problem.detail}` : title);
  if ([409, 410].includes(response.status)) {
    // feed-changed, position-ahead; position-expired
    report('find out up to which transition the work is done, then start with --after N');
  }
  process.exit(65);
}

function report(text) {
  console.error(`consumer: ${text}`);
}

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8081' },
    'token-file': { type: 'string' },
    store: { type: 'string' },
    after: { type: 'string' },
  },
});
for (const name of ['token-file', 'store']) {
  if (options[name] === undefined) {
    report(`--${name} FILE is missing`);
    process.exit(64);
  }
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
await follow(options, await openStore(options.store));
