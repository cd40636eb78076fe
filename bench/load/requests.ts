/** The text of every message of the benchmark: 200 bytes. */
const filler = 'x'.repeat(200)

function request(path: string, token: string | undefined, body: string, method = 'POST'): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** A broadcast of 200 bytes. */
export function broadcastRequest(path: string, token: string | undefined): Buffer {
  return request(path, token, JSON.stringify({ text: filler }))
}

/** A direct message of 200 bytes. */
export function directRequest(token: string | undefined, to: string): Buffer {
  return request('/v1/messages/direct', token, JSON.stringify({ to, text: filler }))
}

/** A message of 200 bytes to a room. */
export function roomRequest(token: string | undefined, room: string): Buffer {
  return request(`/v1/rooms/${room}/messages`, token, JSON.stringify({ text: filler }))
}

/** Joins a room (PUT) or leaves it (DELETE): its user's own membership. */
export function membershipRequest(
  method: 'PUT' | 'DELETE',
  token: string | undefined,
  room: string,
  username: string,
): Buffer {
  return request(`/v1/rooms/${room}/members/${username}`, token, '{}', method)
}

/**
 * For a server that forwards the request: the event as Obrol would make it, with an id that the load
 * generates, so that every stream is counted the same way.
 */
export function eventRequest(path: string, id: number): Buffer {
  const sentAt = '2026-11-02T09:31:00.000Z'
  return request(
    path,
    undefined,
    JSON.stringify({ id, kind: 'broadcast', from: 'person0', text: filler, sentAt }),
  )
}
