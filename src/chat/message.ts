import type { Entry } from '../store/store.ts'

/** What a client sees of something that was said: the same object in a POST's answer, in history and on the stream. */
export type Message =
  | { id: number; kind: 'broadcast'; from: string; text: string; sentAt: string }
  | { id: number; kind: 'direct'; from: string; to: string; text: string; sentAt: string }

/** The client's view of a log entry; `sentAt` is RFC 3339 in UTC. */
export function toMessage({ id, from, to, text, sentAt }: Entry): Message {
  const at = new Date(sentAt).toISOString()
  return to === null
    ? { id, kind: 'broadcast', from: from.username, text, sentAt: at }
    : { id, kind: 'direct', from: from.username, to: to.username, text, sentAt: at }
}
