<?php
// One HTTPS GET by PHP's streams (file_get_contents) or by its curl extension. The settings come as JSON in the first
// argument, the answer goes out as one line of JSON.
declare(strict_types=1);

$given = json_decode($argv[1], true, 512, JSON_THROW_ON_ERROR);

function answer(bool $connected, string $text, string $code, string $tls = ''): void
{
    $said = ['connected' => $connected, 'text' => $text, 'code' => $code, 'encrypted' => $connected ?: null];
    echo json_encode($said + ['tls_version' => $tls], JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES), "\n";
}

function by_streams(array $given): void
{
    $warnings = [];
    set_error_handler(function (int $level, string $message) use (&$warnings): bool {
        $warnings[] = "Warning: $message";
        return true;
    });
    $options = ['ssl' => $given['ssl'], 'http' => $given['http']];
    $handle = fopen($given['url'], 'r', false, stream_context_create($options));
    if ($handle === false) {
        answer(false, implode("\n", $warnings), '');
        return;
    }
    $status = stream_get_meta_data($handle)['wrapper_data'][0];
    answer(preg_match('{^HTTP/1\.[01] 200\b}', $status) === 1, $status, '');
}

function by_curl(array $given): void
{
    $handle = curl_init($given['url']);
    foreach ($given['options'] as $name => $value) {
        curl_setopt($handle, constant($name), $value);
    }
    curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
    if (curl_exec($handle) === false) {
        answer(false, curl_error($handle), (string) curl_errno($handle));
        return;
    }
    $status = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
    answer($status === 200, "HTTP $status", '');
}

$given['client'] === 'php' ? by_streams($given) : by_curl($given);
