// One HTTPS GET by Node's https module, by its fetch, or by the packages axios and undici, as a request says; an answer is as
// lab/clients/answers.py says.
'use strict'

const { serve } = require('./lines.js')

// What Node prints of an uncaught error, without its stack frames and without the certificate that it dumps for a wrong name.
function shown (error, indent = '') {
  const stack = String(error.stack || error).split(/\n\s+at /)[0].trimEnd()
  // Node shows the name of the error's class where its stack has none (lib/internal/util/inspect.js, improveStack).
  const head = error instanceof Error ? stack.replace(/^Error:/, `${error.constructor.name}:`) : stack
  const lines = []
  if (error.cause instanceof Error) lines.push(`${indent}  [cause]: ${shown(error.cause, indent + '  ')}`)
  if (error.code) lines.push(`${indent}  code: '${error.code}'`)
  return lines.length ? `${head} {\n${lines.join(',\n')}\n${indent}}` : head
}

function code (error) {
  return error.code || (error.cause instanceof Error ? code(error.cause) : '') || error.name
}

function reply (connected, text, code, tls) {
  return { connected, text, code, encrypted: connected ? true : null, tls_version: tls }
}

// A proxy as axios is told of it.
function axiosProxy ({ protocol, hostname, port, username, password }) {
  const auth = username ? { auth: { username, password } } : {}
  return { protocol: protocol.replace(':', ''), host: hostname, port: Number(port), ...auth }
}

// What is TLS's of the options goes into an Agent, as people do it.
async function byPackage (given, { headers, ...tls }) {
  if (given.client === 'axios') {
    const httpsAgent = new (require('https').Agent)(tls)
    const proxy = given.proxy ? axiosProxy(new URL(given.proxy)) : false
    const response = await require('axios').get(given.url, { headers, httpsAgent, proxy })
    return response.status
  }
  const undici = require('undici')
  const dispatcher = given.proxy ? new undici.ProxyAgent({ uri: given.proxy, requestTls: tls }) : new undici.Agent({ connect: tls })
  try {
    const response = await undici.request(given.url, { headers, dispatcher })
    await response.body.dump()
    return response.statusCode
  } finally {
    await dispatcher.destroy() // it keeps its connections
  }
}

serve((given, answer) => {
  const got = (status, tls = '') => answer(reply(status === 200, `HTTP ${status}`, '', tls))
  const refused = error => answer(reply(false, shown(error), code(error), ''))
  if (given.client === 'node-fetch') {
    fetch(given.url).then(async response => {
      await response.arrayBuffer()
      got(response.status)
    }).catch(refused)
    return
  }
  try {
    const options = { ...given.options }
    if (given.verify) options.checkServerIdentity = (_, certificate) => require('tls').checkServerIdentity(given.verify, certificate)
    // Of a text Node reads the first list alone.
    if (given.crl) options.crl = require('fs').readFileSync(given.crl, 'utf8').split(/(?=-----BEGIN)/)
    if (given.unchecked) options.checkServerIdentity = () => undefined
    for (const name in given.own) options[name] = require('fs').readFileSync(given.own[name])
    if (given.ca) options.ca = require('fs').readFileSync(given.ca)
    if (given.client === 'axios' || given.client === 'undici') {
      byPackage(given, options).then(status => got(status)).catch(refused)
      return
    }
    // Its usual agent keeps connections for later requests, and knows them by most of the options alone.
    require('https').get(given.url, { ...options, agent: false }, response => {
      const version = response.socket.getProtocol()
      response.on('end', () => got(response.statusCode, version))
      response.resume()
    }).on('error', refused)
  } catch (error) { // of a trust store that is not there, or is none
    refused(error)
  }
})
