import { createHmac } from 'node:crypto'
import type { Guest, Room } from '../../support/room.ts'

/** Known to the tests, so that they can sign what the server never would. */
export const signingSecret = 'a secret of the tests, 32 bytes or more'

/** Those who send bad requests, and the tokens that they send. */
export interface TestAccounts {
  ann: string
  /** Ann's, for the stream alone. */
  annsEvents: string
  /** A session that has ended. */
  ended: string
  bob: string
  /** What ann's token says. */
  claims: Record<string, unknown>
}

export async function createTestAccounts(room: Room): Promise<TestAccounts> {
  const ann = await room.register('ann')
  const bob = await room.register('bob')
  const left = await room.login('ann')
  await left.call('POST', '/v1/logout')
  const { body } = await ann.call('POST', '/v1/events/token')
  await ann.broadcast('the one message')
  return {
    ann: ann.token,
    annsEvents: body.token,
    ended: left.token,
    bob: bob.token,
    claims: claimsOf(ann),
  }
}

function claimsOf({ token }: Guest): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}

const hashes: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

/** A JWT (RFC 7519) of any header and any claims, signed with an HMAC where the header names one. */
export function forge(
  claims: unknown,
  header: Record<string, unknown> = {},
  secret = signingSecret,
): string {
  const head = { alg: 'HS256', typ: 'JWT', ...header }
  const signed = `${encoded(head)}.${encoded(claims)}`
  const hash = hashes[String(head.alg)]
  return `${signed}.${hash ? createHmac(hash, secret).update(signed).digest('base64url') : ''}`
}

export function encoded(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
