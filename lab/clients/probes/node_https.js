// One HTTPS GET by Node's https module or by its fetch. The settings come as JSON in the first argument, the answer goes out as one line of JSON.
'use strict'

const given = JSON.parse(process.argv[2])

// What Node prints of an uncaught error, without its stack frames and without the certificate that it dumps for a wrong name.
function shown (error, indent = '') {
  const head = String(error.stack || error).split(/\n\s+at /)[0].trimEnd()
  const lines = []
  if (error.cause instanceof Error) lines.push(`${indent}  [cause]: ${shown(error.cause, indent + '  ')}`)
  if (error.code) lines.push(`${indent}  code: '${error.code}'`)
  return lines.length ? `${head} {\n${lines.join(',\n')}\n${indent}}` : head
}

function code (error) {
  return error.code || (error.cause instanceof Error ? code(error.cause) : '') || error.name
}

function answer (connected, text, code, tls) {
  const encrypted = connected ? true : null
  process.stdout.write(JSON.stringify({ connected, text, code, encrypted, tls_version: tls }) + '\n')
}

function refused (error) {
  answer(false, shown(error), code(error), '')
}

if (given.client === 'node-fetch') {
  fetch(given.url).then(async response => {
    await response.arrayBuffer()
    answer(response.status === 200, `HTTP ${response.status}`, '', '')
  }).catch(refused)
} else {
  try {
    const options = { ...given.options }
    if (given.verify) options.checkServerIdentity = (_, certificate) => require('tls').checkServerIdentity(given.verify, certificate)
    // Of a text Node reads the first list alone.
    if (given.crl) options.crl = require('fs').readFileSync(given.crl, 'utf8').split(/(?=-----BEGIN)/)
    if (given.ca) options.ca = require('fs').readFileSync(given.ca)
    require('https').get(given.url, options, response => {
      const version = response.socket.getProtocol()
      response.on('end', () => answer(response.statusCode === 200, `HTTP ${response.statusCode}`, '', version))
      response.resume()
    }).on('error', refused)
  } catch (error) { // of a trust store that is not there, or is none
    refused(error)
  }
}
