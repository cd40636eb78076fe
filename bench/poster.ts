import { connect } from 'node:net'

const created = Buffer.from('HTTP/1.1 201')

/**
 * Posts `count` broadcasts of 200 bytes with `inFlight` under way, each on a connection of its own,
 * and resolves when all were answered 201. @throws where one was answered otherwise
 */
export async function post(
  port: number,
  token: string | undefined,
  { count, inFlight }: { count: number; inFlight: number },
): Promise<void> {
  const body = JSON.stringify({ text: 'x'.repeat(200) })
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
  const request = Buffer.from(
    `POST /v1/messages/broadcast HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  let left = count
  const line = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      const next = () => {
        if (left === 0) {
          socket.destroy()
          resolve()
          return
        }
        left--
        socket.write(request)
      }
      socket.on('connect', next)
      socket.on('error', reject)
      // An answer is far smaller than a segment: it comes whole, and nothing else with it.
      socket.on('data', (bytes: Buffer) => {
        if (bytes.indexOf(created) === 0) next()
        else if (bytes.includes('HTTP/1.1 ')) reject(new Error(bytes.toString()))
      })
    })
  await Promise.all(Array.from({ length: inFlight }, line))
}
