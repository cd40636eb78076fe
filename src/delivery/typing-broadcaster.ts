import type { ConversationRef, TypingSignal } from '../store/conversation-store.ts'
import type { Entry } from '../store/message-log.ts'
import type { Person } from '../store/person.ts'
import { Chunk } from './http-chunk.ts'
import type { RoomMembers } from './room-members.ts'
import { typingEvent } from './sse-events.ts'
import type { StreamRegistry } from './stream-registry.ts'

/** At most this many names in one event; where there are more, it says so. */
const maxNames = 5

/** How often names that are over are looked for, in ms, and who began to type is told at the latest. */
const tickMs = 250

/**
 * So long after someone's message their signals are passed over, in ms: a node tells up to a second late, so
 * they may be from before it.
 */
const lateMs = 1_500

/** Events take at most this share of the server's time, unless the pause would exceed `maxPauseMs`. */
const maxTimeShare = 0.05
const maxPauseMs = 3_000

interface TypingOptions {
  /** The shortest time between two events of a conversation, in ms. */
  minIntervalMs?: number
  /** How long a name stays after its last signal, in ms. */
  forgetMs?: number
  /** Signals of further conversations are dropped: nobody is told of them. */
  maxConversations?: number
  /** In one conversation. Further ones are not told until others are forgotten. */
  maxTypists?: number
  /** A steady clock, in ms. */
  now?: () => number
}

interface Typist {
  username: string
  /** When they are forgotten. */
  until: number
  /** Their message has come since: they are not told, and their signals are passed over. */
  hasSent: boolean
}

/** One as its readers know it: a room, or what one person writes to another. */
interface TypingConversation {
  ref: ConversationRef
  /** Accounts that may be here, besides the typists themselves. */
  readers(): readonly number[]
  /** By account, in the order in which they began. */
  typists: Map<number, Typist>
  /** The accounts that the last event told of. */
  told: readonly number[]
  /** Something is to be told. */
  hasChanged: boolean
  nextAt: number
}

/**
 * Tells live streams who is typing: the members of the room or the other person, never the typist. Each
 * event has all names of its conversation. A name is forgotten some seconds after its last signal, with a
 * message of its owner, or when they leave the room.
 */
export class TypingBroadcaster {
  readonly #streams: Pick<StreamRegistry, 'ofAccount'>
  readonly #members: Pick<RoomMembers, 'of'>
  readonly #minIntervalMs: number
  readonly #forgetMs: number
  readonly #maxConversations: number
  readonly #maxTypists: number
  readonly #now: () => number
  readonly #conversations = new Map<string, TypingConversation>()
  #pausedUntil = 0
  #timer: NodeJS.Timeout | undefined

  constructor(
    streams: Pick<StreamRegistry, 'ofAccount'>,
    members: Pick<RoomMembers, 'of'>,
    {
      minIntervalMs = 1_000,
      forgetMs = 6_000,
      maxConversations = 10_000,
      maxTypists = 20,
      now = () => performance.now(),
    }: TypingOptions = {},
  ) {
    this.#streams = streams
    this.#members = members
    this.#minIntervalMs = minIntervalMs
    this.#forgetMs = forgetMs
    this.#maxConversations = maxConversations
    this.#maxTypists = maxTypists
    this.#now = now
  }

  /** Applies an update whose entries have been delivered. In one update, people type before they send. */
  applyUpdate({
    entries,
    typing,
  }: {
    entries: readonly Entry[]
    typing: readonly TypingSignal[]
  }): void {
    for (const signal of typing) this.#add(signal)
    if (this.#conversations.size === 0) return
    for (const entry of entries) this.#applyEntry(entry)
    this.#timer ??= setTimeout(() => this.#tick(), Math.max(0, this.#pausedUntil - this.#now()))
  }

  /** Forgets everybody, as after the log has diverged. */
  clear(): void {
    this.#conversations.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #add({ by, ref }: TypingSignal): void {
    const key = keyOf(by, ref)
    const conversation = this.#conversations.get(key) ?? this.#begin(key, by, ref)
    if (conversation === undefined) return
    const { typists } = conversation
    const known = typists.get(by.id)
    if (known ? known.hasSent : typists.size >= this.#maxTypists) return
    const until = this.#now() + this.#forgetMs
    typists.set(by.id, { username: by.username, until, hasSent: false })
    conversation.hasChanged = true
  }

  /** @returns undefined if nobody here is to be told, or there are too many conversations */
  #begin(key: string, by: Person, ref: ConversationRef): TypingConversation | undefined {
    const readers = this.#readersOf(by, ref)
    if (this.#conversations.size >= this.#maxConversations) return undefined
    if (!readers().some((account) => account !== by.id && this.#isHere(account))) return undefined
    const conversation: TypingConversation = {
      ref: ref.type === 'direct' ? { type: 'direct', with: by } : ref,
      readers,
      typists: new Map(),
      told: [],
      hasChanged: false,
      nextAt: 0,
    }
    this.#conversations.set(key, conversation)
    return conversation
  }

  #readersOf(by: Person, ref: ConversationRef): () => readonly number[] {
    if (ref.type === 'room') return () => this.#members.of(ref.room.id)
    const others = ref.type === 'direct' && ref.with.id !== by.id ? [ref.with.id] : []
    return () => others
  }

  #isHere(account: number): boolean {
    return this.#streams.ofAccount(account).length > 0
  }

  #applyEntry(entry: Entry): void {
    if (entry.kind === 'room-deleted') this.#conversations.delete(roomKey(entry.room.id))
    else if (entry.kind === 'left') this.#forget(roomKey(entry.room.id), entry.member.id)
    else if (entry.kind === 'message') {
      const { from, to, room } = entry
      if (room) this.#messageSent(roomKey(room.id), from.id)
      else if (to) this.#messageSent(directKey(from, to), from.id)
    }
  }

  #messageSent(key: string, account: number): void {
    const conversation = this.#conversations.get(key)
    const typist = conversation?.typists.get(account)
    if (conversation === undefined || typist === undefined) return
    typist.hasSent = true
    typist.until = this.#now() + lateMs
    conversation.hasChanged = true
  }

  #forget(key: string, account: number): void {
    const conversation = this.#conversations.get(key)
    if (conversation?.typists.delete(account)) conversation.hasChanged = true
  }

  #tick(): void {
    this.#timer = undefined
    const began = this.#now()
    for (const [key, conversation] of this.#conversations) {
      const { typists } = conversation
      for (const [account, { until, hasSent }] of typists) {
        if (until > began) continue
        typists.delete(account)
        conversation.hasChanged ||= !hasSent
      }
      if (began < conversation.nextAt) continue
      if (conversation.hasChanged) {
        this.#send(conversation)
        conversation.nextAt = began + this.#minIntervalMs
      } else if (typists.size === 0) this.#conversations.delete(key)
    }
    const ended = this.#now()
    this.#pausedUntil = ended + Math.min(maxPauseMs, (ended - began) / maxTimeShare)
    if (this.#conversations.size === 0) return
    const wait = Math.max(Math.min(tickMs, this.#minIntervalMs), this.#pausedUntil - ended)
    this.#timer = setTimeout(() => this.#tick(), wait)
  }

  #send(conversation: TypingConversation): void {
    const { ref, told } = conversation
    const typists = new Map([...conversation.typists].filter(([, { hasSent }]) => !hasSent))
    const encode = (except?: number) => {
      const names = [...typists].filter(([account]) => account !== except)
      const usernames = names.slice(0, maxNames).map(([, { username }]) => username)
      return new Chunk(Buffer.from(typingEvent(ref, usernames, names.length > maxNames)))
    }
    const common = encode()
    const concerned = new Set([...typists.keys(), ...told])
    for (const account of conversation.readers()) {
      // Who was told of nobody need not be told that it is nobody now.
      if (concerned.size === (concerned.has(account) ? 1 : 0)) continue
      const chunk = typists.has(account) ? encode(account) : common
      for (const stream of this.#streams.ofAccount(account)) stream.sendSignal('typing', chunk)
    }
    conversation.told = [...typists.keys()]
    conversation.hasChanged = false
  }
}

function keyOf(by: Person, ref: ConversationRef): string {
  if (ref.type === 'room') return roomKey(ref.room.id)
  return ref.type === 'direct' ? directKey(by, ref.with) : 'everyone'
}

function roomKey(room: number): string {
  return `room ${room}`
}

function directKey(from: Person, to: Person): string {
  return `direct ${from.id} ${to.id}`
}
