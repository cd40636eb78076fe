import {
  type ChangeCommand,
  type ChangeFacts,
  type ChangeOutcome,
  decideChange,
} from '../../message-changes.ts'
import type { MessageChangeEntry, MessageEntry, ReactionEntry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import { AccountQueries } from '../accounts.ts'
import { BlockQueries } from '../blocks.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomBans } from '../rooms/room-bans.ts'
import { RoomStates } from '../rooms/room-states.ts'
import { Restrictions } from '../staff/restrictions.ts'
import { Blanking } from './blanking.ts'
import { EntryWriter } from './entry-writer.ts'
import { idsOf, Mentions } from './mentions.ts'
import { MessageQueries } from './message-queries.ts'
import { Reactions } from './reactions.ts'

type ChangeEntry = MessageChangeEntry | ReactionEntry
type Changed = { outcome: ChangeOutcome; entries: ChangeEntry[] }

const entryKinds = {
  edit: 'edited',
  delete: 'deleted',
  react: 'reaction-added',
  unreact: 'reaction-removed',
} as const

/** Edits and deletes messages, and changes reactions. Must be called inside a write transaction. */
export class MessageCommands {
  readonly #accounts
  readonly #blocks
  readonly #messages
  readonly #rooms
  readonly #bans
  readonly #mentions
  readonly #reactions
  readonly #blanking
  readonly #entries
  readonly #audience
  readonly #setText
  readonly #setMetadata
  readonly #setEdited
  readonly #blind
  readonly #mutes

  constructor(connection: Connection) {
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#blocks = queriesOf(BlockQueries, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#rooms = queriesOf(RoomStates, connection)
    this.#bans = queriesOf(RoomBans, connection)
    this.#mentions = queriesOf(Mentions, connection)
    this.#reactions = queriesOf(Reactions, connection)
    this.#blanking = queriesOf(Blanking, connection)
    this.#entries = queriesOf(EntryWriter, connection)
    this.#mutes = new Restrictions(connection, 'mutes')
    this.#audience = connection
      .prepare<[number], number>('SELECT audience_id FROM entries WHERE id = ?')
      .pluck()
    this.#setText = connection.prepare<[string, string | null, number]>(
      'UPDATE entries SET text = ?, mentions = ? WHERE id = ?',
    )
    this.#setMetadata = connection.prepare<[string | null, number]>(
      'UPDATE entries SET metadata = ? WHERE id = ?',
    )
    this.#setEdited = connection.prepare<[number, number]>(
      'UPDATE entries SET edited_at = ? WHERE id = ?',
    )
    this.#blind = connection
      .prepare<{ room: number; id: number }, number>(
        `SELECT account_id FROM members AS now INDEXED BY members_of_room
         WHERE audience_id = :room AND left_id IS NULL AND joined_id > 0 AND joined_id > :id
           AND NOT EXISTS (SELECT 1 FROM members AS stay
                           WHERE stay.account_id = now.account_id AND stay.audience_id = :room
                             AND stay.joined_id <= :id AND stay.left_id >= :id)
         ORDER BY account_id`,
      )
      .pluck()
  }

  /** @param now read after the lock was taken */
  execute(session: number, command: ChangeCommand, now: number): Changed {
    const caller = this.#accounts.ofSession(session, now)
    if (!caller) return { outcome: { kind: 'session-ended' }, entries: [] }
    const message = this.#messages.visibleTo(caller.id, command.id)
    const decision = decideChange(command, this.#factsOf(command, caller, message, now))
    if ('refusal' in decision) return { outcome: { kind: decision.refusal }, entries: [] }
    if (!decision.change)
      return {
        outcome: { kind: 'done', message: message as MessageEntry, changed: false },
        entries: [],
      }
    const entry = this.#write(command, caller, now)
    return { outcome: { kind: 'done', message: entry.message, changed: true }, entries: [entry] }
  }

  #factsOf(
    command: ChangeCommand,
    caller: Person,
    message: MessageEntry | undefined,
    now: number,
  ): ChangeFacts {
    const [reactions, blocks] = [this.#reactions, this.#blocks]
    const [emoji, isReaction] = 'emoji' in command ? [command.emoji, true] : ['', false]
    return {
      caller,
      callerIsMuted: this.#mutes.has(caller.id, now),
      now,
      message,
      room: message?.room ? this.#roomFacts(message.room.id, caller) : undefined,
      get isBlocked() {
        if (!message?.to) return false
        const other = message.from.id === caller.id ? message.to : message.from
        return blocks.has(other.id, caller.id)
      },
      hasReacted: isReaction && reactions.has(command.id, emoji, caller.id),
      get otherEmoji() {
        return reactions.otherEmoji(command.id, emoji)
      },
    }
  }

  /** @param room one that the caller may read */
  #roomFacts(room: number, caller: Person): NonNullable<ChangeFacts['room']> {
    const view = this.#rooms.byId(caller.id, room) as NonNullable<ReturnType<RoomStates['byId']>>
    const callerRole = view.membership?.role
    const callerIsBanned = callerRole === undefined && this.#bans.has(room, caller.id)
    return { archived: view.room.archived, callerRole, callerIsBanned }
  }

  #write(command: ChangeCommand, caller: Person, now: number): ChangeEntry {
    const kind = entryKinds[command.kind]
    const emoji = 'emoji' in command ? command.emoji : undefined
    const id = this.#entries.begin(now)({
      kind,
      audience: this.#audience.get(command.id) as number,
      actor: caller.id,
      target: null,
      text: emoji ?? '',
      more: { ref: command.id, metadata: null, mentions: null },
    })
    if (command.kind === 'edit') this.#edit(command, now)
    else if (command.kind === 'delete') this.#blanking.message(command.id, now)
    else if (command.kind === 'react') this.#reactions.add(command.id, command.emoji, caller.id, id)
    else this.#reactions.remove(command.id, command.emoji, caller.id)
    const message = this.#messages.find(command.id) as MessageEntry
    const told = { id, message, by: caller, hiddenFrom: this.#hiddenFrom(message) }
    return emoji === undefined
      ? { kind: kind as MessageChangeEntry['kind'], ...told }
      : {
          kind: kind as ReactionEntry['kind'],
          ...told,
          emoji,
          count: this.#reactions.count(command.id, emoji),
        }
  }

  #edit({ id, text, metadata }: ChangeCommand & { kind: 'edit' }, now: number): void {
    if (text !== undefined) {
      const mentioned = this.#mentions.ofMessage(text.mentions, id)
      this.#setText.run(text.value, idsOf(mentioned), id)
    }
    if (metadata !== undefined) this.#setMetadata.run(metadata, id)
    this.#setEdited.run(now, id)
  }

  /** The members of a room who may not see the message itself. */
  #hiddenFrom({ id, room }: MessageEntry): number[] {
    if (room === null || this.#rooms.byId(0, room.id)?.room.history !== 'since-joined') return []
    return this.#blind.all({ room: room.id, id })
  }
}
