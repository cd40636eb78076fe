import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../../support/room.ts'
import { invariant } from './invariant.ts'
import { asOf, type Log, mayEnter, never, stayOf } from './model.ts'
import { isKnown } from './people.ts'
import { apply, type Change, decide } from './rules.ts'
import { mentioned, someTime, tell, tellRoomTo } from './telling.ts'
import type { Audience, Message, Room, Stay } from './types.ts'
import type { Model } from './world.ts'

/** Something that a session says. */
export interface Post {
  session: number
  /** Undefined, and without a room: to everyone. */
  to?: string | undefined
  room?: string | undefined
  keep?: boolean
  key?: string | undefined
  text: string
  replyTo?: number | undefined
  metadata?: object | undefined
}

/** What a post may come to: `appended`, `replayed`, or the code of a problem. */
export type Verdict = string

/** Calls that were under way together. */
export interface Calls {
  posts: { post: Post; before: Verdict[]; answer: Answer }[]
  /** At most one: its answer does not tell its place among the posts, but the ids that it took do. */
  change?: { session: number; change: Change; answer: Answer }
}

/** What a post may come to as things are. */
export function judge(post: Post, { log, people }: Model): Verdict[] {
  const { session, to, keep, room: name, replyTo } = post
  if (!people.alive.has(session)) return ['unauthorized']
  const known = log.keyed(keyOf(post, people.owners))
  if (known) return [known.content === contentOf(post) ? 'replayed' : 'idempotency-key-reused']
  const by = people.owners[session] as string
  const isAstray = replyTo !== undefined && !mayReplyTo(replyTo, by, post, log)
  if (name !== undefined) {
    const room = log.roomNamed(name, by)
    if (!room) return ['unknown-room']
    if (room.banned.includes(by)) return ['forbidden']
    if (!stayOf(by, room, log.head)) return ['not-a-member']
    if (asOf(room.versions, log.head).archived) return ['room-archived']
  } else if (to !== undefined) {
    if (!isKnown(to)) return ['unknown-recipient']
    const online = keep ? 'yes' : people.isOnline(to)
    if (online === 'no') return ['recipient-offline']
    if (online === 'maybe') return [isAstray ? 'invalid-request' : 'appended', 'recipient-offline']
  }
  return [isAstray ? 'invalid-request' : 'appended']
}

function mayReplyTo(id: number, by: string, post: Post, log: Log): boolean {
  if (id < log.oldest || log.said[id] === undefined) return false
  const same = JSON.stringify(log.entry(id).audience) === JSON.stringify(audienceOf(post, by, log))
  return same && log.mayRead(by, id)
}

function audienceOf({ to, room }: Post, by: string, log: Log): Audience {
  if (room !== undefined) {
    return { room: log.rooms.findIndex(({ name, deleted }) => name === room && deleted === never) }
  }
  return to === undefined ? 'everyone' : { between: [by, to].sort() }
}

/** Takes calls that were under way together into the model, in the order that their ids tell. */
export function settle({ posts, change }: Calls, model: Model): void {
  const { log, people, figures } = model
  const from = log.head
  const judged = change && settleChange(change, model)
  let due = judged
  const appended = posts.filter(({ answer }) => verdictOf(answer) === 'appended')
  appended.sort((one, other) => one.answer.body.id - other.answer.body.id)
  for (const { post, answer } of appended) {
    if (answer.body.id !== log.head + 1) {
      due?.()
      due = undefined
    }
    append(post, answer, model)
  }
  due?.()
  for (const { post, before, answer } of posts) {
    const verdict = verdictOf(answer)
    if (verdict === 'appended') continue
    const allowed = [...before, ...judge(post, model)]
    invariant(allowed.includes(verdict), `not ${allowed}, but ${verdict}`, post)
    figures.count(figures.answers, verdict)
    if (verdict !== 'replayed') continue
    const known = log.keyed(keyOf(post, people.owners))
    invariant(known?.content === contentOf(post), 'a replay of other content', answer.body)
    const isOne = anyOf(log.head, Math.max(from, known.id), (at) =>
      isDeepStrictEqual(plain(answer.body), tell(log, known.id, at)),
    )
    invariant(isOne, 'a replay of another message', [answer.body, tell(log, known.id)])
  }
}

/** Whether something holds of any number from the last down to the first. */
export function anyOf(last: number, first: number, holds: (at: number) => boolean): boolean {
  for (let at = last; at >= first; at--) if (holds(at)) return true
  return false
}

/** What came, without the times of deletions. */
export function plain<Of>(body: Of): Of {
  return JSON.parse(JSON.stringify(body), (name, value) =>
    name === 'deletedAt' ? someTime : value,
  )
}

function append(post: Post, answer: Answer, model: Model): void {
  const { log, people, figures } = model
  const message: Message = answer.body
  const id = log.head + 1
  invariant(message.id === id, `the id after ${log.head}`, message.id)
  invariant(judge(post, model).includes('appended'), `appended, not ${judge(post, model)}`, post)
  invariant(answer.headers.get('location') === `/v1/messages/${id}`, 'Location', id)
  invariant(
    message.sentAt >= (log.entries.findLast(({ time }) => time)?.time ?? ''),
    'sentAt',
    message,
  )
  const by = people.owners[post.session] as string
  log.append({
    by,
    audience: audienceOf(post, by, log),
    kind: 'message',
    message,
    time: message.sentAt,
  })
  const { to, room, text, replyTo, metadata } = post
  const mentions = mentioned(log, text, id)
  const kind = room !== undefined ? 'room' : to === undefined ? 'broadcast' : 'direct'
  const expected = { id, kind, to, room, from: by, text, sentAt: message.sentAt, replyTo, metadata }
  const due = plain({ ...expected, mentions: mentions.length > 0 ? mentions : undefined })
  invariant(isDeepStrictEqual(message, due), 'the message that was posted', [message, due])
  if (post.key) log.keys[keyOf(post, people.owners)] = { id, content: contentOf(post) }
  figures.messages++
  figures.count(figures.posts, kind)
  if (replyTo !== undefined) figures.count(figures.posts, 'reply')
  if (metadata !== undefined) figures.count(figures.posts, 'metadata')
  if (mentions.length > 0) figures.count(figures.posts, 'mention')
}

/** Judges a change; the result takes it into the log, where it has entries. */
function settleChange(call: NonNullable<Calls['change']>, model: Model): (() => void) | undefined {
  const { log, people, figures } = model
  const { change, answer } = call
  const by = people.owners[call.session] as string
  if (change.does === 'make' && log.keyed(`${by} ${change.key}`))
    return void settleReplay(by, change, answer, model)
  const decision = decide(log, by, change)
  const code = answer.status < 300 ? undefined : answer.body.type.replace('/problems/', '')
  const due = 'refusal' in decision ? decision.refusal : undefined
  invariant(code === due, `${due ?? 'done'} was due of ${by}, and came`, [change, code ?? 'done'])
  if ('refusal' in decision) {
    figures.count(figures.refusals, decision.refusal)
    return undefined
  }
  for (const { kind } of decision.entries) figures.count(figures.changes, kind)
  if (decision.entries.length === 0) figures.count(figures.changes, 'nothing')
  if (change.does === 'ban' || change.does === 'unban') figures.count(figures.changes, change.does)
  return () => {
    apply(log, decision, answer)
    if (change.does === 'make' && change.key !== undefined)
      log.keys[`${by} ${change.key}`] = { id: log.head, content: JSON.stringify(change) }
    const told = answerTo(log, by, change)
    const { online, ...body } = answer.body ?? {}
    const isTold = told === undefined || isDeepStrictEqual(plain(body), plain(told))
    invariant(isTold, `the answer to ${change.does}`, [answer.body, told])
  }
}

/** A room was made with a key that was used: the answer is the room as it is now, or its name alone. */
function settleReplay(
  by: string,
  change: Extract<Change, { does: 'make' }>,
  { status, headers, body }: Answer,
  { log, figures }: Model,
): void {
  const known = log.keyed(`${by} ${change.key}`)
  if (known?.content !== JSON.stringify(change)) {
    invariant(body.type === '/problems/idempotency-key-reused', 'a key was used for another', body)
    figures.count(figures.answers, 'idempotency-key-reused')
    return
  }
  const room = log.roomOf(log.entry(known.id).audience) as Room
  const due = mayEnter(by, room, log.head) ? tellRoomTo(by, room, log.head) : { name: room.name }
  const isReplay = status === 201 && headers.get('idempotent-replayed') === 'true'
  invariant(isReplay && isDeepStrictEqual(body, due), 'the replay of a room', [body, due])
  figures.count(figures.answers, 'room replayed')
}

/** The body of the answer to a change that was just made. */
function answerTo(log: Log, by: string, change: Change): object | undefined {
  if (change.does === 'edit') return tell(log, change.id)
  const name = change.does === 'make' ? change.name : 'room' in change ? change.room : ''
  const room = log.roomNamed(name, by)
  if (!room) return undefined
  if (change.does === 'put') {
    const { joinedAt, roles } = stayOf(change.person, room, log.head) as Stay
    return { username: change.person, role: asOf(roles, log.head), joinedAt }
  }
  return change.does === 'make' || change.does === 'set'
    ? tellRoomTo(by, room, log.head)
    : undefined
}

function verdictOf({ status, headers, body }: Answer): Verdict {
  if (status !== 201) return body.type.replace('/problems/', '')
  return headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'appended'
}

function keyOf({ session, key }: Post, owners: readonly string[]): string {
  return `${owners[session]} ${key}`
}

function contentOf({ to, keep, text, room, replyTo, metadata }: Post): string {
  return JSON.stringify([to, keep, text, room, replyTo, metadata])
}
