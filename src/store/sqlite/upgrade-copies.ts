import { copyFileSync, linkSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { OnUpgrade } from '../upgrade-event.ts'
import { fsyncFile } from './fsync.ts'
import { recreatePrivateFile } from './private-files.ts'

/** How long the database as it was before an upgrade is kept, in ms. */
const KEEP_MS = 7 * 24 * 3_600_000

/** The databases from before an upgrade that are still in a data folder: `obrol.db.before-0005`. */
export class UpgradeCopies {
  readonly #database: string
  readonly #onUpgrade: OnUpgrade | undefined

  constructor(database: string, onUpgrade: OnUpgrade | undefined) {
    this.#database = database
    this.#onUpgrade = onUpgrade
  }

  /** Reports each. */
  report(): void {
    for (const copy of this.#list()) this.#onUpgrade?.({ event: 'upgrade copy kept', ...copy })
  }

  /** Deletes those that are old enough. @param now Unix ms */
  async deleteExpired(now: number): Promise<void> {
    for (const copy of this.#list()) {
      if (now < copy.until.getTime()) continue
      await rm(copy.file, { force: true })
      this.#onUpgrade?.({ event: 'upgrade copy deleted', ...copy })
    }
  }

  #list() {
    const prefix = `${basename(this.#database)}.before-`
    const names = readdirSync(dirname(this.#database)).filter((name) => name.startsWith(prefix))
    return names.map((name) => {
      const file = join(dirname(this.#database), name)
      const { size, mtimeMs } = statSync(file)
      return { file, bytes: size, until: new Date(mtimeMs + KEEP_MS) }
    })
  }
}

/**
 * Gives a database a second name, under which it stays when a new one takes its place. Its time of change
 * says from when on it is kept.
 *
 * @param migration the one that is the reason, such as `0005-rooms.sql`
 * @param now Unix ms
 */
export function keepCopy(database: string, migration: string, now: number): void {
  const [number] = migration.split('-', 1)
  const copy = `${database}.before-${number}`
  rmSync(copy, { force: true })
  linkOrCopy(database, copy)
  utimesSync(copy, new Date(now), new Date(now))
}

/** Some file systems know no second names. */
function linkOrCopy(file: string, copy: string): void {
  try {
    linkSync(file, copy)
  } catch {
    recreatePrivateFile(copy)
    try {
      copyFileSync(file, copy)
      fsyncFile(copy)
    } catch (error) {
      rmSync(copy)
      throw error
    }
  }
}
