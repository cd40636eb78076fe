import type { BlockOutcome } from '../block-store.ts'
import type { Caller } from '../caller.ts'
import type { Account } from '../person.ts'
import type { KeyRange } from '../room-store.ts'
import { type AccountRow, accountColumns, toAccount } from '../rows.ts'
import type { Pool } from './pool.ts'

export async function listBlocks(
  pool: Pool,
  account: number,
  { after, limit }: KeyRange,
): Promise<{ users: Account[]; more: boolean }> {
  const rows = await pool.read(
    (sql) => sql<AccountRow[]>`
      SELECT ${sql.unsafe(accountColumns('people'))}
      FROM blocks CROSS JOIN LATERAL (
        SELECT * FROM accounts
        WHERE accounts.id = blocks.blocked_id AND accounts.key > ${after ?? ''} LIMIT 1
      ) AS people
      WHERE blocks.account_id = ${account} ORDER BY people.key LIMIT ${limit + 1}`,
  )
  return { users: rows.slice(0, limit).map(toAccount), more: rows.length > limit }
}

export async function setBlock(
  pool: Pool,
  { session }: Caller,
  key: string,
  blocked: boolean,
): Promise<BlockOutcome> {
  const [row] = await pool.write(
    (sql) => sql<{ outcome: BlockOutcome }[]>`
      SELECT obrol_set_block(${session}, ${key}, ${blocked}) AS outcome`,
  )
  return (row as { outcome: BlockOutcome }).outcome
}
