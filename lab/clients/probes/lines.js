// Serves the requests that come as lines of JSON on standard input, one after the other, until it ends: `attempt` makes an
// attempt as one of them says, in its directory, and calls what it is given with the answer, which goes out as one line.
'use strict'

exports.serve = async attempt => {
  const home = process.cwd()
  const requests = require('readline').createInterface({ input: process.stdin })
  for await (const line of requests) {
    const { directory, ...given } = JSON.parse(line)
    process.chdir(directory)
    const answer = await new Promise(resolve => attempt(given, resolve))
    process.chdir(home) // the attempt's directory goes now
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
  process.exit(0)
}
