import type { AccountStore } from '../store/account-store.ts'
import type {
  Conversation,
  ConversationKey,
  ConversationQuery,
  ConversationRef,
  ConversationRefusal,
  ConversationResult,
  ConversationStore,
} from '../store/conversation-store.ts'
import type { Cursor } from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { findStoredKey } from './accounts.ts'
import { invalidParameter } from './field-errors.ts'
import { toMessage } from './messages.ts'
import { Problem } from './problems.ts'
import { mutedProblem, type RestrictionReader } from './restrictions.ts'
import { roomRefusals } from './room-problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { TypingGatherer } from './typing-gatherer.ts'
import { lookupKey } from './usernames.ts'

/** What the id of a conversation names. Names are as typed. */
export type ConversationName =
  | { type: 'everyone' }
  | { type: 'room'; room: string }
  | { type: 'direct'; username: string }

const idRule = 'must be "everyone", "room:" and the name of a room, or "direct:" and a username'
const beforeRule =
  'must be the lastId of a conversation, a whole number, alone or followed by "," and the id of that conversation'

/** A `lastId`, and after a comma the id of a conversation. */
const placeForm = /^(0|[1-9][0-9]{0,15})(?:,(.*))?$/s

/** @throws {Problem} `invalid-request` where it is no id of a conversation */
export function parseConversation(id: string): ConversationName {
  const name = readId(id)
  if (name === undefined) throw invalidParameter('conversation', idRule)
  return name
}

/** @throws {Problem} as `parseConversation`; `invalid-request` also for `everyone` */
export function parseTypingConversation(id: string): ConversationName {
  const name = parseConversation(id)
  if (name.type !== 'everyone') return name
  throw invalidParameter('conversation', 'must be a room or a direct conversation for this call')
}

/** A place in the list of conversations: the `lastId` of one, or with its id. @throws {Problem} `invalid-request` */
export function parseBefore(text: string | undefined): ConversationQuery['before'] {
  if (text === undefined) return null
  const [, digits, id = null] = placeForm.exec(text) ?? []
  const lastId = Number(digits)
  const isPlace = Number.isSafeInteger(lastId) && (id === null || readId(id) !== undefined)
  if (!isPlace) throw invalidParameter('before', beforeRule)
  return { lastId, id }
}

/** @returns undefined if the text is no id of a conversation */
function readId(id: string): ConversationName | undefined {
  if (id === 'everyone') return { type: 'everyone' }
  if (id.startsWith('room:')) return { type: 'room', room: id.slice('room:'.length) }
  if (id.startsWith('direct:')) return { type: 'direct', username: id.slice('direct:'.length) }
  return undefined
}

/** The id by which clients know a conversation. */
export function conversationId(ref: ConversationRef): string {
  if (ref.type === 'room') return `room:${ref.room.name}`
  return ref.type === 'direct' ? `direct:${ref.with.username}` : 'everyone'
}

/** The clients' view of a conversation; a title only of a room. */
export function toConversation({ ref, title, last, ...counted }: Conversation) {
  const { lastId, readUpTo, unread, mentioned, muted, asOf } = counted
  return {
    id: conversationId(ref),
    ...(ref.type === 'room' && { title }),
    last: last === null ? null : toMessage(last),
    lastId,
    readUpTo,
    unread,
    mentioned,
    muted,
    asOf,
  }
}

type ConversationsStore = {
  accounts: AccountStore
  conversations: ConversationStore
} & RestrictionReader

export interface ConversationList {
  /** The newest first. */
  conversations: Conversation[]
  more: boolean
  /** `<id>-<epoch>`: where to open a stream so that nothing is missed in between. */
  cursor: string
}

/**
 * The conversations of a person, and how far they have read each of them.
 *
 * Every method throws a `Problem` `unavailable` where the store cannot be reached. Those of one
 * conversation also throw `unknown-room` where the viewer may not read the room, `not-a-member` where it is
 * open but they are no member of it, and `unknown-recipient` where there is no such person.
 */
export class Conversations {
  readonly #store: ConversationsStore

  readonly #typing: TypingGatherer

  constructor(store: ConversationsStore) {
    this.#store = store
    this.#typing = new TypingGatherer(store.conversations)
  }

  async list({ account }: Session, query: ConversationQuery): Promise<ConversationList> {
    const { conversations, more, bounds } = await this.#ask((store) => store.list(account, query))
    return { conversations, more, cursor: `${bounds.head}-${bounds.epoch}` }
  }

  async find({ account }: Session, name: ConversationName): Promise<Conversation> {
    const key = await this.#keyOf(name)
    return found(await this.#ask((store) => store.find(account, key)))
  }

  /** Sets whether the viewer is notified of what is said in it. @throws {Problem} `outcome-unknown` */
  async mute(session: Session, name: ConversationName, muted: boolean): Promise<Conversation> {
    const key = await this.#keyOf(name)
    return found(await this.#ask((store) => store.mute(session, key, muted)))
  }

  /**
   * Moves the marker of the viewer forward; it never goes back.
   *
   * @throws {Problem} `stale-cursor` where the log has not come as far, or has gone back since;
   *   `outcome-unknown`
   */
  async markRead(session: Session, name: ConversationName, upTo: Cursor): Promise<void> {
    const key = await this.#keyOf(name)
    const outcome = await this.#ask((store) => store.markRead(session, key, upTo))
    if (outcome === 'stale') throw new Problem('stale-cursor', staleDetail)
    if (outcome !== 'done') throw refused(outcome)
  }

  /** Tells the others in the conversation that the viewer is typing. */
  async tellTyping({ account }: Session, name: ConversationName): Promise<void> {
    const key = await this.#keyOf(name)
    const outcome = await mapStoreErrors(this.#typing.tell(account, key))
    if (outcome === 'muted') throw await mutedProblem(this.#store, account.id)
    if (outcome !== 'done') throw refused(outcome)
  }

  close(): void {
    this.#typing.close()
  }

  async #keyOf(name: ConversationName): Promise<ConversationKey> {
    if (name.type === 'room') return { type: 'room', key: lookupKey(name.room) }
    if (name.type === 'everyone') return name
    return { type: 'direct', key: await findStoredKey(this.#store.accounts, name.username) }
  }

  #ask<T>(call: (store: ConversationStore) => Promise<T>): Promise<T> {
    return mapStoreErrors(call(this.#store.conversations))
  }
}

const staleDetail =
  'upTo is past the end of the log, or the log has gone back since. Ask for the conversation again.'

function found(result: ConversationResult): Conversation {
  if (result.kind === 'done') return result.conversation
  throw refused(result.kind)
}

function refused(refusal: ConversationRefusal | 'not-accepted'): Problem {
  if (refusal === 'session-ended') return sessionEnded()
  return refusal === 'unknown-user'
    ? new Problem('unknown-recipient', 'Nobody is registered under this username.')
    : new Problem(...roomRefusals[refusal])
}
