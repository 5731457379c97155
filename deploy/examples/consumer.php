#!/usr/bin/env php
<?php
// Follows the feed of cashin-receiver, and does its work once for each transition.
//
// The offset is stored in the same database transaction as the work: wherever the program is
// killed, the next run continues exactly behind the work that is done. So SIGTERM needs no handler.
// PHP 8.1 with PDO and SQLite (Debian: php-cli, php-sqlite3).
//
//     php consumer.php --url=http://127.0.0.1:8081 --token-file=orders.token --database=orders.db

declare(strict_types=1);

const SCHEMA = '
    CREATE TABLE IF NOT EXISTS feed_offset (feed TEXT NOT NULL, offset INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, reference TEXT, status TEXT, amount TEXT);
';
const WAIT_SECONDS = 55;  // of a long poll; the most that the API allows
const PAUSE_SECONDS = 2;  // while the receiver is not available

/** Your own work, such as marking an order as paid. Compare the amount with your order's. */
function act(PDO $database, string $feed, array $transition): void
{
    $database->prepare('INSERT INTO work (id, reference, status, amount) VALUES (?, ?, ?, ?)')
        ->execute([
            "$feed.{$transition['sequence']}",
            $transition['partnerReferenceNo'],
            $transition['to'],
            $transition['amount']['value'] ?? null,
        ]);
}

function follow(array $options, PDO $database): never
{
    [$feed, $offset] = load($database);
    if (isset($options['after'])) {
        [$feed, $offset] = [null, (int) $options['after']];  // of the present feed
    }
    while (true) {
        $page = nextPage($options, $feed, $offset);
        $database->beginTransaction();  // all of it is committed, or nothing
        foreach ($page['transitions'] as $transition) {
            act($database, $page['feed'], $transition);
        }
        store($database, $page['feed'], $page['next']);
        $database->commit();
        [$feed, $offset] = [$page['feed'], $page['next']];
    }
}

function load(PDO $database): array
{
    $row = $database->query('SELECT feed, offset FROM feed_offset')->fetch(PDO::FETCH_NUM);
    return $row ?: [null, 0];
}

function store(PDO $database, string $feed, int $offset): void
{
    $database->exec('DELETE FROM feed_offset');
    $database->prepare('INSERT INTO feed_offset VALUES (?, ?)')->execute([$feed, $offset]);
}

/** The transitions after the offset; waits until there are some, or for a minute. */
function nextPage(array $options, ?string $feed, int $offset): array
{
    $query = ['after' => $offset, 'wait' => WAIT_SECONDS];
    if ($feed !== null) {
        $query['feed'] = $feed;  // a restored database has another feed: 409, not a wrong page
    }
    $url = "{$options['url']}/v1/transitions?" . http_build_query($query);
    while (true) {
        // Read each time, so that a token can be exchanged.
        $token = trim((string) @file_get_contents($options['token-file']));
        $context = stream_context_create(['http' => [
            'header' => "Authorization: Bearer $token",
            'timeout' => WAIT_SECONDS + 15,
            'ignore_errors' => true,  // the body of a problem is read, too
        ]]);
        $stream = @fopen($url, 'r', false, $context);
        $line = $stream ? stream_get_meta_data($stream)['wrapper_data'][0] : '';
        $status = (int) (explode(' ', $line)[1] ?? 0);
        $page = $stream ? json_decode((string) stream_get_contents($stream), true) : null;
        if ($status === 200 && isset($page['feed'], $page['next'], $page['transitions'])) {
            return $page;
        }
        if (!in_array($status, [0, 200, 408, 429, 502, 503, 504], true)) {
            stop($status, is_array($page) ? $page : []);
        }
        report($status === 0 ? 'no response; retrying' : "the receiver answered $status; retrying");
        sleep(PAUSE_SECONDS);
    }
}

/** Ends the program at a problem that a repeated request does not remove. */
function stop(int $status, array $problem): never
{
    $title = $problem['title'] ?? "the receiver answered $status";
    report(isset($problem['detail']) ? "$title: {$problem['detail']}" : $title);
    if (in_array($status, [409, 410], true)) {  // feed-changed, position-ahead; position-expired
        report('find out up to which transition the work is done, then start with --after=N');
    }
    exit(65);
}

function report(string $text): void
{
    fwrite(STDERR, "consumer: $text\n");
}

$options = getopt('', ['url:', 'token-file:', 'database:', 'after:']);
$options += ['url' => 'http://127.0.0.1:8081'];
foreach (['token-file', 'database'] as $name) {
    if (!isset($options[$name])) {
        report("--$name=FILE is missing");
        exit(64);
    }
}
$database = new PDO("sqlite:{$options['database']}");  // errors are exceptions since PHP 8.0
$database->exec(SCHEMA);
follow($options, $database);
