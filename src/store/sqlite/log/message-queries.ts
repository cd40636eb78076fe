import type { MessageEntry } from '../../message-log.ts'
import * as rows from '../../rows.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { type EntryRow, entryColumns, entryTables, roomRefOf } from './entry-query.ts'
import { Reactions } from './reactions.ts'
import { mayReadMessage } from './visibility.ts'

type Key = { id: number; viewer: number }

/** Messages as they are in the snapshot that is read. */
export class MessageQueries {
  readonly #reactions
  readonly #byId
  readonly #visible
  readonly #isIn
  readonly #username

  constructor(connection: Connection) {
    // Bound through a SELECT, so that the join is not planned again for each value: see `SessionQueries`.
    const query = `SELECT ${entryColumns} FROM ${entryTables}
      WHERE entries.id = (SELECT :id) AND entries.kind = 'message'`
    this.#reactions = queriesOf(Reactions, connection)
    this.#byId = connection.prepare<{ id: number }, EntryRow>(query)
    this.#visible = connection.prepare<Key, EntryRow>(`${query} AND ${mayReadMessage}`)
    this.#isIn = connection.prepare<Key & { audience: number }>(
      `SELECT 1 FROM entries LEFT JOIN rooms ON rooms.audience_id = entries.audience_id
       WHERE entries.id = (SELECT :id) AND entries.kind = 'message'
         AND entries.audience_id = (SELECT :audience)
         AND ${mayReadMessage}`,
    )
    this.#username = connection
      .prepare<[number], string>('SELECT username FROM accounts WHERE id = ?')
      .pluck()
  }

  find(id: number): MessageEntry | undefined {
    const row = this.#byId.get({ id })
    return row && this.ofRow(row)
  }

  /** Undefined where the viewer may not see it. */
  visibleTo(viewer: number, id: number): MessageEntry | undefined {
    const row = this.#visible.get({ id, viewer })
    return row && this.ofRow(row)
  }

  /** Whether it is of an audience, and the viewer may see it. */
  isVisibleIn(audience: number, viewer: number, id: number): boolean {
    return this.#isIn.get({ id, viewer, audience }) !== undefined
  }

  /** @param row of a message */
  ofRow(row: EntryRow): MessageEntry {
    const { mentionIds } = row
    return mentionIds === null
      ? rows.toMessage(row, roomRefOf(row))
      : rows.toMessage({ ...row, mentions: this.#usernames(mentionIds) }, roomRefOf(row))
  }

  withReactions(message: MessageEntry, viewer: number): MessageEntry {
    const reactions = this.#reactions.of(message.id, viewer)
    return reactions.length === 0 ? message : { ...message, reactions }
  }

  #usernames(ids: string): string[] {
    return (JSON.parse(ids) as number[]).map((id) => this.#username.get(id) as string)
  }
}
