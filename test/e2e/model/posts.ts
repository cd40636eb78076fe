import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../../support/room.ts'
import { invariant } from './invariant.ts'
import type { Model } from './world.ts'

/** Something that a session says. */
export interface Post {
  session: number
  /** Undefined: to everyone. */
  to?: string | undefined
  keep?: boolean
  key?: string | undefined
  text: string
}

/** What a post may come to. */
export type Verdict =
  | 'appended'
  | 'replayed'
  | 'idempotency-key-reused'
  | 'unauthorized'
  | 'unknown-recipient'
  | 'recipient-offline'

export interface Posted {
  post: Post
  /** What it could come to when it was sent. */
  before: Verdict[]
  answer: Answer
}

/** What a post may come to as things are. */
export function judge(post: Post, { log, people }: Model): Verdict[] {
  if (!people.alive.has(post.session)) return ['unauthorized']
  const known = log.keyed(keyOf(post, people.owners))
  if (known) return [known.content === contentOf(post) ? 'replayed' : 'idempotency-key-reused']
  if (post.to === undefined) return ['appended']
  if (!people.reached.has(post.to)) return ['unknown-recipient']
  const online = post.keep ? 'yes' : people.isOnline(post.to)
  if (online === 'maybe') return ['appended', 'recipient-offline']
  return [online === 'yes' ? 'appended' : 'recipient-offline']
}

/** Takes posts that were under way together into the model, in the order that their ids tell. */
export function settle(posted: readonly Posted[], model: Model): void {
  const { log, people, figures } = model
  const appended = posted.filter(({ answer }) => verdictOf(answer) === 'appended')
  appended.sort((one, other) => one.answer.body.id - other.answer.body.id)
  for (const { post, answer } of appended) {
    const message = answer.body
    const { id } = message
    invariant(judge(post, model).includes('appended'), `appended, not ${judge(post, model)}`, post)
    invariant(id === log.head + 1, `the id after ${log.head}`, id)
    invariant(answer.headers.get('location') === `/v1/messages/${id}`, 'Location', id)
    invariant(message.from === people.owners[post.session], 'from', message)
    invariant(message.to === post.to && message.text === post.text, 'to and text', message)
    invariant(message.kind === (post.to === undefined ? 'broadcast' : 'direct'), 'kind', message)
    invariant(message.sentAt >= (log.entries.at(-1)?.sentAt ?? ''), 'sentAt', message)
    log.entries.push(message)
    if (post.key) log.keys[keyOf(post, people.owners)] = { id, content: contentOf(post) }
    figures.messages++
  }
  for (const { post, before, answer } of posted) {
    const verdict = verdictOf(answer)
    if (verdict === 'appended') continue
    const allowed = [...before, ...judge(post, model)]
    invariant(allowed.includes(verdict), `not ${allowed}, but ${verdict}`, post)
    figures.count(figures.answers, verdict)
    if (verdict !== 'replayed') continue
    const known = log.keyed(keyOf(post, people.owners))
    invariant(known?.content === contentOf(post), 'a replay of other content', answer.body)
    const first = log.entries[known.id - 1]
    invariant(isDeepStrictEqual(answer.body, first), 'a replay of another message', answer.body)
  }
}

function verdictOf({ status, headers, body }: Answer): Verdict {
  if (status !== 201) return body.type.replace('/problems/', '')
  return headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'appended'
}

function keyOf({ session, key }: Post, owners: readonly string[]): string {
  return `${owners[session]} ${key}`
}

function contentOf({ to, keep, text }: Post): string {
  return JSON.stringify([to, keep, text])
}
