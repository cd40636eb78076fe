import { createHmac } from 'node:crypto'
import { newSessionId } from '../../src/store/new-session.ts'

/** The signing key of the benchmark's tokens. */
export const secret = 'a key of the bench, known to everyone'

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const head = base64({ alg: 'HS256', typ: 'JWT' })

export interface Person {
  account: number
  username: string
  session: number
  /** Unix seconds. */
  expiresAt: number
  token: string
}

/** Users with a session and an Obrol token each. */
export function makePeople(count: number, now = Math.floor(Date.now() / 1000)): Person[] {
  const expiresAt = now + 86_400
  const sessions = new Set<number>()
  while (sessions.size < count) sessions.add(newSessionId())
  return Array.from(sessions, (session, index) => {
    const account = index + 1
    const claims = {
      sub: String(account),
      sid: session,
      exp: expiresAt,
      iat: now,
      iss: 'obrol',
      aud: 'obrol:session',
    }
    const signed = `${head}.${base64(claims)}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64url')
    return {
      account,
      username: `person${index}`,
      session,
      expiresAt,
      token: `${signed}.${signature}`,
    }
  })
}
