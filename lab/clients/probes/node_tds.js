// Connects to SQL Server with tedious, asks the documented question whether the session is encrypted, and leaves. A request is
// the configuration, with the path of a CA file in place of its text; an answer is as lab/clients/answers.py says. The text is
// the error as Node prints it to a user.

'use strict';

const fs = require('fs');
const { Connection, Request } = require('tedious');
const { serve } = require('./lines.js');

const QUESTION = 'SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID';
const LOGIN_TIMEOUT = 10000;

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

serve((config, answer) => {
  const refused = (error) => answer({ connected: false, text: shown(error), code: error.code || '', encrypted: null, tls_version: '' });
  config.options.connectTimeout = LOGIN_TIMEOUT;
  try {
    if (config.ca_file) {
      config.options.cryptoCredentialsDetails.ca = fs.readFileSync(config.ca_file);
    }
    if (config.crl_file) { // of a text Node reads the first list alone
      config.options.cryptoCredentialsDetails.crl = fs.readFileSync(config.crl_file, 'utf8').split(/(?=-----BEGIN)/);
    }
    connect(config, refused, (encrypted) => answer({ connected: true, text: '', code: '', encrypted, tls_version: '' }));
  } catch (error) { // of a trust store that is not there, or is none
    refused(error);
  }
});

function connect(config, refused, connected) {
  const connection = new Connection(config);
  const leave = (tell, what) => { tell(what); connection.close(); };
  connection.on('error', refused);
  connection.connect((problem) => {
    if (problem) {
      return leave(refused, problem);
    }
    let encrypted = null;
    const request = new Request(QUESTION, (failed) => (failed ? leave(refused, failed) : leave(connected, encrypted)));
    request.on('row', (columns) => {
      encrypted = columns[0].value === 'TRUE';
    });
    connection.execSqlBatch(request);
  });
}
