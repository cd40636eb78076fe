/**
 * Writes the heads of answers that go on for as long as their connections (RFC 9112): chunked, or for
 * HTTP/1.0 as they come. To have Node write one costs three times as much, for it looks into each
 * header; these are the server's own, all in ASCII. What all heads of one second have in common is
 * one text.
 *
 * @param common the headers of each of them, by their names in lower case
 * @returns writes a head, with what headers it has besides; of one that all have, theirs counts
 */
export function streamHead(
  common: Readonly<Record<string, string>>,
): (own: Readonly<Record<string, unknown>>, framed: boolean) => string {
  const shared: Readonly<Record<string, string>> = { ...common, connection: 'close' }
  const start = `HTTP/1.1 200 OK\r\n${lines(shared)}`
  let second = 0
  let begin = ''

  return (own, framed) => {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) {
      second = now
      // The form of RFC 9110, section 5.6.7.
      begin = `${start}date: ${new Date(second * 1000).toUTCString()}\r\n`
    }
    const coding = framed ? 'transfer-encoding: chunked\r\n' : ''
    return `${begin}${lines(own, shared)}${coding}\r\n`
  }
}

function lines(headers: Readonly<Record<string, unknown>>, except: object = {}): string {
  let lines = ''
  for (const name in headers) if (!(name in except)) lines += `${name}: ${headers[name]}\r\n`
  return lines
}
