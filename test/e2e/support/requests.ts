import type { Test } from 'tap'
import type { ProblemCode } from '../../../src/chat/problems.ts'
import type { Room } from '../../support/room.ts'
import { checkResponse } from '../bad-requests/check-response.ts'
import { exchange, type RawAnswer } from '../bad-requests/exchange.ts'
import { bad, type Expected } from '../bad-requests/row.ts'

/** The codes that something was refused with so far. */
export const provoked = new Set<ProblemCode>()

/** Sends a request that must be answered with a problem. */
export async function refused(t: Test, room: Room, bytes: Buffer | string, expected: Expected) {
  const row = bad('', bytes, expected)
  t.same(checkResponse(await exchange(room.url, row.bytes), row), [], expected.code)
  provoked.add(expected.code)
}

/**
 * Where a room has several servers: resolves once all of them have heard of the end of a token's
 * session. Nothing is said with it from the end on, but for a moment others than the one that ended
 * it may answer reads.
 */
export async function heardOfTheEnd(room: Room, token: string): Promise<void> {
  if (room.servers.length === 1) return
  const deadline = Date.now() + 5_000
  for (const server of room.servers)
    while ((await server.call('GET', '/v1/me', { token })).status !== 401)
      if (Date.now() > deadline) throw new Error('a server never heard of the end of a session')
}

/** Sends a request that must be done. */
export async function done(t: Test, room: Room, bytes: Buffer, status: number): Promise<RawAnswer> {
  const [answer] = await exchange(room.url, bytes)
  t.equal(answer?.status, status, `${bytes}`.split(' HTTP', 1).join())
  return answer as RawAnswer
}

export const json = ({ body }: RawAnswer) => JSON.parse(body)
export const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
export const user = (username: string) => ({
  id: Number,
  username,
  createdAt: time,
  role: 'member',
})
export const opened = (username: string) => ({
  user: user(username),
  token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  tokenType: 'Bearer',
  expiresAt: time,
})
