import { readdirSync } from 'node:fs'
import { StartError } from '../start-error.ts'

/**
 * A home is read as it is, so that it stays as it was: its schema must be that of this version.
 *
 * @param applied the names of the migrations it has had
 * @param label how the person at the terminal calls it
 * @throws {StartError}
 */
export function checkSchema(
  kind: 'sqlite' | 'postgres',
  applied: readonly string[],
  label: string,
): void {
  const folder = new URL(`../../../migrations/${kind}`, import.meta.url)
  const known = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  if (applied.some((name) => !known.includes(name))) {
    throw new StartError(`${label} is from a newer version of Obrol`)
  }
  if (applied.length < known.length) {
    throw new StartError(
      `${label} is from an older version of Obrol: start the server of this version on it once`,
    )
  }
}
