#!/usr/bin/env node
// Receives the messages of `cashin-receiver forward`, and does its work once for each.
//
// It checks the signature (Standard Webhooks) before it reads anything of a message, and stores the
// id of the message in the same transaction as the work (store.mjs). Node 18, no packages.
//
//     node webhook.mjs --port 8090 --secret-file shop.secret --store shop.db

import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { openStore } from './store.mjs';

const toleranceSeconds = 300;
const bodyBytesMax = 65536;

/** Whether a message is signed with the secret. */
function isSigned(secret, headers, body) {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const age = Date.now() / 1000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp) || Math.abs(age) > toleranceSeconds) return false;
  const key = Buffer.from(secret.trim().replace(/^whsec_/, ''), 'base64');
  if (key.length === 0) throw new Error('--secret-file contains no secret');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  const expected = Buffer.from(`v1,${digest.digest('base64')}`);
  // While a secret is exchanged there are several signatures, separated by blanks.
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** Your own work, such as marking an order as paid. Compare the amount with your order's. */
function entry(id, transition) {
  console.log(transition.partnerReferenceNo, transition.to);
  return { id, reference: transition.partnerReferenceNo, status: transition.to };
}

/** The status of the response to a message. */
function handle(headers, body) {
  if (!isSigned(readFileSync(options['secret-file'], 'utf8'), headers, body)) return 401;
  const id = headers['webhook-id'];
  // A message that has come before is accepted again.
  if (!store.has(id)) store.commit({ entries: [entry(id, JSON.parse(body).data)] });
  return 204;
}

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    'secret-file': { type: 'string' },
    store: { type: 'string' },
  },
});
for (const name of ['secret-file', 'store']) {
  if (options[name] === undefined) {
    console.error(`webhook: --${name} FILE is missing`);
    process.exit(64);
  }
}
const store = await openStore(options.store);
const server = createServer(async (request, response) => {
  let status = 500; // the message is sent again
  try {
    const parts = [];
    let size = 0;
    for await (const part of request) {
      size += part.length;
      if (size <= bodyBytesMax) parts.push(part);
    }
    status = size > bodyBytesMax ? 413 : handle(request.headers, Buffer.concat(parts));
  } catch (error) {
    console.error(`webhook: ${error.message}`);
  }
  response.writeHead(status, { 'Content-Length': 0 }).end();
});
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
