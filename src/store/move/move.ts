import { resolve } from 'node:path'
import { isDatabaseUrl } from '../../database-url.ts'
import { StartError } from '../start-error.ts'
import { type CopyOptions, type CopyResult, copy } from './copy.ts'
import { PostgresSource } from './postgres-source.ts'
import { PostgresTarget } from './postgres-target.ts'
import { SqliteSource } from './sqlite-source.ts'
import { SqliteTarget } from './sqlite-target.ts'

type StoreKind = 'sqlite' | 'postgres'

export interface MoveResult extends CopyResult {
  /** Names to be shown: without passwords. */
  from: string
  to: string
  /** Of the target. */
  kind: StoreKind
}

/**
 * Moves a log with its accounts and sessions from one store to another. The source does not change.
 * The target gets everything or nothing.
 *
 * @param from a data folder or a URL of PostgreSQL
 * @param to the same
 * @throws {StartError}
 */
export async function move(
  from: string,
  to: string,
  options: CopyOptions = {},
): Promise<MoveResult> {
  const kinds = { from: kindOf(from), to: kindOf(to) }
  if (from === to || (kinds.to === 'sqlite' && resolve(from) === resolve(to))) {
    throw new StartError('Source and target are the same: there is nothing to move')
  }
  try {
    return await moveBetween(from, to, kinds, options)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      `The move failed: ${(error as Error).message}. The source has not changed. The target has ` +
        'nothing of it, or everything if only its last answer was lost: run it again to see which',
      { cause: error },
    )
  }
}

async function moveBetween(
  from: string,
  to: string,
  kinds: { from: StoreKind; to: StoreKind },
  options: CopyOptions,
): Promise<MoveResult> {
  const source = await (kinds.from === 'sqlite'
    ? SqliteSource.open(from)
    : PostgresSource.open(from))
  try {
    const target = await (kinds.to === 'sqlite' ? SqliteTarget.open(to) : PostgresTarget.open(to))
    try {
      const copied = await copy(source, target, options)
      return { ...copied, from: source.name, to: target.name, kind: kinds.to }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

function kindOf(address: string): StoreKind {
  const isUrl = /^[a-z]+:\/\//i.test(address)
  if (!isUrl) return 'sqlite'
  if (isDatabaseUrl(address)) return 'postgres'
  throw new StartError(
    'A store is a data folder or postgres://USER:PASSWORD@HOST:PORT/DATABASE, in which each of ' +
      '@ : / ? # % and the space must be percent-encoded where it belongs to a name or password',
  )
}
