import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagePath } from '../package-files.ts'
import { StartError } from './start-error.ts'

/** The folder of this version's migrations for one kind of store. */
export function bundledMigrations(kind: 'sqlite' | 'postgres'): string {
  return packagePath(`migrations/${kind}`)
}

export interface Migration {
  /** Of its file. */
  name: string
  /** SQL. */
  script: string
}

/** The migrations of a folder that are not among those that were applied, in the order of their names. */
export function missingMigrations(folder: string, applied: readonly string[]): Migration[] {
  return migrationNames(folder)
    .filter((name) => !applied.includes(name))
    .map((name) => ({ name, script: readFileSync(join(folder, name), 'utf8') }))
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
