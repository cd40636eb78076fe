import type { Test } from 'tap'
import type {
  Conversation,
  ConversationKey,
  ReadMarker,
  TypingSignal,
} from '../../../src/store/conversation-store.ts'
import type { ChangeCommand, ChangeOutcome } from '../../../src/store/message-changes.ts'
import type {
  Draft,
  Entry,
  MessageChangeEntry,
  MessageEntry,
  Outcome,
  ReactionEntry,
} from '../../../src/store/message-log.ts'
import type { RoomCommand, RoomOutcome } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { type DraftOptions, draft, entryOf, newBatchId, registerUser } from '../fixtures.ts'
import { put } from '../room-commands.ts'
import { type Clock, type OpenFixture, openStore } from './fixture.ts'

const names = ['ann', 'bob', 'cid', 'dan'] as const

export type Name = (typeof names)[number]

type Done = RoomOutcome & { kind: 'done' }

/** A store with four people, and what it has published. */
export class House {
  readonly store: Store
  readonly clock: Clock
  readonly people: Record<Name, Session>
  /** In the order of their publication. */
  readonly published: Entry[] = []
  readonly markers: ReadMarker[] = []
  readonly typing: TypingSignal[] = []
  #taken = 0

  constructor(store: Store, clock: Clock, people: Record<Name, Session>) {
    this.store = store
    this.clock = clock
    this.people = people
    store.subscribe(
      updateListener(({ entries, read, typing }) => {
        this.published.push(...entries)
        this.markers.push(...read)
        this.typing.push(...typing)
      }),
    )
  }

  id(name: Name): number {
    return this.people[name].account.id
  }

  /** As entries and members name them. */
  person(name: Name) {
    return { id: this.id(name), username: name }
  }

  execute(
    by: Name,
    command: RoomCommand,
    idempotency: Draft['idempotency'] = null,
  ): Promise<RoomOutcome> {
    return this.store.rooms.execute(this.people[by].id, command, idempotency)
  }

  /** Throws where the command is refused. */
  async done(
    by: Name,
    command: RoomCommand,
    idempotency: Draft['idempotency'] = null,
  ): Promise<Done> {
    const outcome = await this.execute(by, command, idempotency)
    if (outcome.kind !== 'done') throw new Error(`${by} ${command.kind}: ${outcome.kind}`)
    return outcome
  }

  /** `done`, or the refusal. */
  async kind(by: Name, command: RoomCommand): Promise<string> {
    return (await this.execute(by, command)).kind
  }

  /** Each joins an open room by themselves. */
  async join(room: string, ...members: Name[]): Promise<void> {
    for (const member of members) await this.done(member, put(room, member))
  }

  async post(by: Name, text: string, options: DraftOptions = {}): Promise<Outcome> {
    const [outcome] = await this.store.log.append(
      [draft(this.people[by], text, options)],
      newBatchId(),
    )
    return outcome as Outcome
  }

  /** The id of what was posted. Throws where it is refused. */
  async said(by: Name, text: string, options: DraftOptions = {}): Promise<number> {
    return entryOf(await this.post(by, text, options)).id
  }

  change(by: Name, command: ChangeCommand): Promise<ChangeOutcome> {
    return this.store.log.change(this.people[by].id, command)
  }

  /** The message as it is then. Throws where the change is refused. */
  async changed(by: Name, command: ChangeCommand): Promise<MessageEntry> {
    const outcome = await this.change(by, command)
    if (outcome.kind !== 'done') throw new Error(`${by} ${command.kind}: ${outcome.kind}`)
    return outcome.message
  }

  /** `changed`, `same`, or why not. */
  async tries(by: Name, command: ChangeCommand): Promise<string> {
    const outcome = await this.change(by, command)
    if (outcome.kind !== 'done') return outcome.kind
    return outcome.changed ? 'changed' : 'same'
  }

  /** The message as they see it by its id. */
  message(viewer: Name, id: number): Promise<MessageEntry | undefined> {
    return this.store.log.message(id, this.id(viewer))
  }

  /** `appended`, or why not. */
  async postTo(room: string, by: Name, text = 'hi'): Promise<string> {
    return (await this.post(by, text, { room })).kind
  }

  /** Throws where they are not in it. */
  async conversation(viewer: Name, key: ConversationKey): Promise<Conversation> {
    const found = await this.store.conversations.find(this.person(viewer), key)
    if (found.kind !== 'done') throw new Error(`${viewer} asks for ${key.type}: ${found.kind}`)
    return found.conversation
  }

  /** @param epoch default: the current one */
  async marks(viewer: Name, key: ConversationKey, id: number, epoch: string | null = null) {
    return this.store.conversations.markRead(this.people[viewer], key, { id, epoch })
  }

  /** The entries since the last call of this method. */
  take(): Entry[] {
    const entries = this.published.slice(this.#taken)
    this.#taken = this.published.length
    return entries
  }

  /** The same, each as a sentence. */
  news(): string[] {
    return this.take().map(sentenceOf)
  }

  /** All that a stream of theirs carries after a cursor. */
  async carried(viewer: Name, after = 0): Promise<Entry[]> {
    const entries: Entry[] = []
    for (let scannedTo = after; ; ) {
      const scan = await this.store.log.read(scannedTo, this.id(viewer))
      entries.push(...scan.entries)
      if (scan.scannedTo >= scan.bounds.head) return entries
      scannedTo = scan.scannedTo
    }
  }

  async reads(viewer: Name, after = 0): Promise<string[]> {
    return (await this.carried(viewer, after)).map(sentenceOf)
  }

  /** The texts of a page; undefined where there is none. */
  async texts(viewer: Name, inRoom?: string): Promise<string[] | undefined> {
    const range = inRoom === undefined ? { limit: 200 } : { limit: 200, inRoom }
    return (await this.store.log.page(this.id(viewer), range))?.entries.map(({ text }) => text)
  }
}

export async function openHouse(t: Test, openFixture: OpenFixture): Promise<House> {
  const { store, clock } = await openStore(t, openFixture)
  const people = {} as Record<Name, Session>
  for (const name of names) people[name] = await registerUser(store, name)
  return new House(store, clock, people)
}

function sentenceOf(entry: Entry): string {
  if (entry.kind === 'message') return `${entry.from.username}: ${entry.text}`
  if ('message' in entry) return changeSentenceOf(entry)
  const where = `${entry.room.name}, by ${entry.by.username}`
  if (!('member' in entry)) return `${entry.kind} ${where}`
  return `${entry.member.username} ${entry.kind} ${entry.role ?? entry.reason} ${where}`
}

function changeSentenceOf(entry: MessageChangeEntry | ReactionEntry): string {
  const what = `${entry.by.username} ${entry.kind} ${entry.message.id}`
  if ('emoji' in entry) return `${what}: ${entry.emoji}, ${entry.count} now`
  return entry.kind === 'edited' ? `${what}: ${entry.message.text}` : what
}
