<?php
// Receives the messages of `cashin-receiver forward`, and does its work once for each.
//
// It checks the signature (Standard Webhooks) before it reads anything of a message, and stores the
// id of the message in the same transaction as the work. PHP 8.1 with PDO and SQLite. Behind a web
// server, or for a try:
//
//     WEBHOOK_SECRET_FILE=shop.secret WEBHOOK_DATABASE=shop.db php -S 127.0.0.1:8090 webhook.php

declare(strict_types=1);

const TOLERANCE_SECONDS = 300;

/** Whether a message is signed with the secret; $headers are the three of Standard Webhooks. */
function isSigned(string $secret, array $headers, string $body): bool
{
    ['id' => $id, 'timestamp' => $timestamp, 'signature' => $signatures] = $headers;
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', trim($secret)), true);
    if ($key === false || $key === '') {
        throw new RuntimeException('WEBHOOK_SECRET_FILE contains no secret');
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // While a secret is exchanged there are several signatures, separated by blanks.
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

/** Your own work, such as marking an order as paid. Compare the amount with your order's. */
function act(PDO $database, array $transition): void
{
    error_log("{$transition['partnerReferenceNo']} {$transition['to']}");
}

$headers = [
    'id' => $_SERVER['HTTP_WEBHOOK_ID'] ?? '',
    'timestamp' => $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '',
    'signature' => $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '',
];
$body = file_get_contents('php://input');
$secret = file_get_contents((string) getenv('WEBHOOK_SECRET_FILE'));
if ($secret === false) {
    http_response_code(500);  // the message is sent again
    exit;
}
if (!isSigned($secret, $headers, $body)) {
    http_response_code(401);
    exit;
}
$database = new PDO('sqlite:' . getenv('WEBHOOK_DATABASE'));  // errors are exceptions
$database->exec('CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, body TEXT)');
$database->beginTransaction();  // the id and the work, or nothing
$insert = $database->prepare('INSERT OR IGNORE INTO messages VALUES (?, ?)');
$insert->execute([$headers['id'], $body]);
if ($insert->rowCount() === 1) {  // else it has come before, and is accepted again
    act($database, json_decode($body, true, 32, JSON_THROW_ON_ERROR)['data']);
}
$database->commit();
http_response_code(204);
