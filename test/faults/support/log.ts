import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Person } from './caller.ts'
import type { Received } from './chain.ts'
import type { Site } from './site.ts'

/** The whole log, read from the database of a folder. */
export function logIn(folder: string): Received[] {
  const database = new Database(join(folder, 'obrol.db'), { readonly: true })
  try {
    return database
      .prepare<[], Received>(
        `SELECT entries.id, sender.username AS "from", recipient.username AS "to", text
         FROM entries JOIN accounts AS sender ON sender.id = actor_id
                      LEFT JOIN accounts AS recipient ON recipient.id = target_id
         ORDER BY entries.id`,
      )
      .all()
      .map(({ to, ...rest }) => (to ? { ...rest, to } : rest))
  } finally {
    database.close()
  }
}

/** What SQLite says of a database's soundness: `ok`. */
export function soundness(file: string): unknown {
  const database = new Database(file, { readonly: true })
  try {
    return database.pragma('integrity_check', { simple: true })
  } finally {
    database.close()
  }
}

/** All that a person may see, read page by page from a server. */
export async function historyOf(site: Site, person: Person): Promise<Received[]> {
  const history: Received[] = []
  for (let more = true; more; ) {
    const after = history.at(-1)?.id ?? 0
    const { body } = await site.call('GET', `/v1/messages?after=${after}&limit=200`, { person })
    history.push(...body.messages)
    more = body.more
  }
  return history
}
