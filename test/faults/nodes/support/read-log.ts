import postgres from 'postgres'
import type { Received } from '../../support/chain.ts'

export async function readLog(databaseUrl: string): Promise<Received[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql<(Received & { to: string | null })[]>`
      SELECT entries.id::float8 AS id, sender.username AS "from", recipient.username AS "to", text
      FROM entries JOIN accounts AS sender ON sender.id = actor_id
                   LEFT JOIN accounts AS recipient ON recipient.id = target_id
      ORDER BY entries.id`
    return rows.map(({ to, ...rest }) => (to === null ? rest : { ...rest, to }))
  } finally {
    await sql.end()
  }
}
