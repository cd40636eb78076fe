import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagePath } from '../package-files.ts'
import { StartError } from './start-error.ts'

/** The folder of this version's migrations for one kind of store. */
export function bundledMigrations(kind: 'sqlite' | 'postgres'): string {
  return packagePath(`migrations/${kind}`)
}

/**
 * Applies those migrations of a folder that are missing, in the order of their names.
 *
 * @param applied names of those that were applied
 * @param apply runs a script and records its name, in one transaction
 */
export async function applyMigrations(
  folder: string,
  applied: readonly string[],
  apply: (name: string, script: string) => Promise<void>,
): Promise<void> {
  for (const name of migrationNames(folder))
    if (!applied.includes(name)) await apply(name, readFileSync(join(folder, name), 'utf8'))
}

/**
 * @param label the name of the database in the error
 * @throws {StartError} where a migration was applied that this version does not have
 */
export function refuseNewer(applied: readonly string[], folder: string, label: string): void {
  const known = new Set(migrationNames(folder))
  const unknown = applied.find((name) => !known.has(name))
  if (unknown === undefined) return
  throw new StartError(
    `${label} is from a newer version of Obrol (migration ${unknown} is not known here)`,
  )
}

/**
 * @param label the name of the database in the error
 * @throws {StartError} where a migration of this version was not applied
 */
export function refuseOlder(applied: readonly string[], folder: string, label: string): void {
  if (migrationNames(folder).every((name) => applied.includes(name))) return
  throw new StartError(
    `${label} is from an older version of Obrol: start the server of this version on it once`,
  )
}

function migrationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}
