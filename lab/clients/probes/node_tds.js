// Connects to SQL Server once with tedious, asks the documented question whether the session is encrypted, and leaves.
// Standard input: the configuration, with the path of a CA file in place of its text. Standard output: one line of JSON
// (lab/clients/answers.py). The text is the error as Node prints it to a user.

'use strict';

const fs = require('fs');
const { Connection, Request } = require('tedious');

const QUESTION = 'SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID';
const LOGIN_TIMEOUT = 10000;

function answer(connected, text, code, encrypted) {
  process.stdout.write(JSON.stringify({ connected, text, code, encrypted, tls_version: '' }) + '\n', () => process.exit(0));
}

// What Node prints of an uncaught error, without its stack frames and without the certificate that it dumps for a wrong name
// (util.inspect: an error's cause, and the errors of an AggregateError).
function shown(error, indent = '') {
  // An error's stack is written before its class has a name of its own; Node prints the class.
  const head = String(error.stack || error).split(/\n\s+at /)[0].trimEnd().replace(/^Error\b/, error.constructor.name);
  const lines = [];
  if (error.code) lines.push(`${indent}  code: '${error.code}'`);
  if (error.cause instanceof Error) lines.push(`${indent}  [cause]: ${shown(error.cause, indent + '  ')}`);
  if (error instanceof AggregateError) {
    const inner = error.errors.map((each) => `${indent}    ${shown(each, indent + '    ')}`);
    lines.push(`${indent}  [errors]: [\n${inner.join(',\n')}\n${indent}  ]`);
  }
  return lines.length ? `${head} {\n${lines.join(',\n')}\n${indent}}` : head;
}

function refused(error) {
  answer(false, shown(error), error.code || '', null);
}

const config = JSON.parse(fs.readFileSync(0, 'utf8'));
config.options.connectTimeout = LOGIN_TIMEOUT;
try {
  if (config.ca_file) {
    config.options.cryptoCredentialsDetails.ca = fs.readFileSync(config.ca_file);
  }
  if (config.crl_file) { // of a text Node reads the first list alone
    config.options.cryptoCredentialsDetails.crl = fs.readFileSync(config.crl_file, 'utf8').split(/(?=-----BEGIN)/);
  }
  connect();
} catch (error) { // of a trust store that is not there, or is none
  refused(error);
}

function connect() {
  const connection = new Connection(config);
  connection.on('error', refused);
  connection.connect((problem) => {
    if (problem) {
      return refused(problem);
    }
    let encrypted = null;
    const request = new Request(QUESTION, (failed) => (failed ? refused(failed) : answer(true, '', '', encrypted)));
    request.on('row', (columns) => {
      encrypted = columns[0].value === 'TRUE';
    });
    connection.execSqlBatch(request);
  });
}
