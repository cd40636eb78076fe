import type { MentionCandidates } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { mayReadMessage } from './visibility.ts'

const MAX_MENTIONS = 20

/** As they are stored; null for none. */
export function idsOf(mentioned: readonly Person[]): string | null {
  return mentioned.length === 0 ? null : JSON.stringify(mentioned.map(({ id }) => id))
}

/** Whom a text mentions. */
export class Mentions {
  readonly #accounts
  readonly #isReader
  readonly #seesMessage

  constructor(connection: Connection) {
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#isReader = connection.prepare<{ audience: number; account: number }>(
      `SELECT 1 WHERE :audience = 1
         OR EXISTS (SELECT 1 FROM members WHERE account_id = :account AND audience_id = :audience
                      AND left_id IS NULL)
         OR EXISTS (SELECT 1 FROM rooms WHERE audience_id = :audience AND access = 'open')`,
    )
    this.#seesMessage = connection.prepare<{ id: number; viewer: number }>(
      `SELECT 1 FROM entries LEFT JOIN rooms ON rooms.audience_id = entries.audience_id
       WHERE entries.id = :id AND ${mayReadMessage}`,
    )
  }

  /** Those that may read what is written for an audience now, in the order of the text. */
  ofNew(candidates: MentionCandidates, audience: number): Person[] {
    return this.#of(candidates, (account) => this.#isReader.get({ audience, account }))
  }

  /** Those that may see a message that is stored. */
  ofMessage(candidates: MentionCandidates, id: number): Person[] {
    return this.#of(candidates, (viewer) => this.#seesMessage.get({ id, viewer }))
  }

  #of(candidates: MentionCandidates, mayRead: (account: number) => unknown): Person[] {
    const mentioned = new Map<number, Person>()
    for (const keys of candidates) {
      const person = this.#first(keys)
      if (!person || mentioned.has(person.id) || mayRead(person.id) === undefined) continue
      mentioned.set(person.id, person)
      if (mentioned.size === MAX_MENTIONS) break
    }
    return [...mentioned.values()]
  }

  #first(keys: readonly string[]): Person | undefined {
    for (const key of keys) {
      const person = this.#accounts.person(key)
      if (person) return person
    }
    return undefined
  }
}
