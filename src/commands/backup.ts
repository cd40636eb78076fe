import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { embedBackupKey } from '../store/sqlite/backup-key.ts'
import { connect } from '../store/sqlite/connection.ts'
import {
  dataFiles,
  fsyncFile,
  fsyncParentDirectory,
  recreatePrivateFile,
} from '../store/sqlite/data-directory.ts'
import { checkDatabase } from '../store/sqlite/migrate.ts'
import { readSigningKey } from '../store/sqlite/signing-key.ts'
import { StartError } from '../store/start-error.ts'

/**
 * `obrol backup FILE`: writes one consistent file of all that a data folder holds, with the signing
 * key in it, also while a server is running on the folder. The file is there whole or not at all,
 * and for its owner alone, for whoever has the key can speak as anyone.
 *
 * @throws {StartError} one line for the person at the terminal
 */
export async function backup(folder: string, file: string): Promise<void> {
  const { database, key } = dataFiles(folder)
  if (!existsSync(database)) throw new StartError(`There is no database in ${folder}`)
  if (existsSync(file)) throw new StartError(`${file} exists already: choose another name`)
  // Others may write to the folder of a backup: nobody can guess this name and take it before us.
  const fresh = `${file}.${randomBytes(8).toString('hex')}.part`
  try {
    recreatePrivateFile(fresh)
    vacuumInto(fresh, database)
    embedBackupKey(fresh, readSigningKey(key))
    fsyncFile(fresh)
    renameSync(fresh, file)
    fsyncParentDirectory(file)
  } catch (error) {
    rmSync(fresh, { force: true })
    if (error instanceof StartError) throw error
    throw new StartError(`${file} cannot be written: ${(error as Error).message}`, { cause: error })
  }
}

/** `VACUUM INTO` reads one snapshot, where SQLite's backup would begin again at each write. */
function vacuumInto(file: string, database: string): void {
  const connection = connect(database, { readonly: true })
  try {
    checkDatabase(connection, database)
    connection.prepare('VACUUM INTO ?').run(file)
  } finally {
    connection.close()
  }
}
