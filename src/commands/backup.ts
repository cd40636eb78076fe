import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { embedBackupKey } from '../store/sqlite/backup-signing-key.ts'
import { dataFiles, existingDatabase } from '../store/sqlite/data-directory.ts'
import { blankDeletedRooms } from '../store/sqlite/deleted-texts.ts'
import { fsyncFile, fsyncParentDirectory } from '../store/sqlite/fsync.ts'
import { vacuumInto } from '../store/sqlite/replace-database.ts'
import { readSigningKey } from '../store/sqlite/signing-key.ts'
import { StartError, toStartError } from '../store/start-error.ts'

/**
 * `obrol backup FILE`: writes a data folder's database with the signing key to one file, also while
 * a server is running. Nothing that was said in a room that is deleted by then is in it. The file is
 * complete or absent. Only its owner may read it, since the key
 * signs tokens for every account.
 *
 * @throws {StartError}
 */
export async function backup(folder: string, file: string): Promise<void> {
  const database = existingDatabase(folder)
  if (existsSync(file)) throw new StartError(`${file} exists already: choose another name`)
  // Others may write to the folder of a backup, so the name must be one that nobody can guess.
  const fresh = `${file}.${randomBytes(8).toString('hex')}.part`
  try {
    vacuumInto(fresh, database)
    blankDeletedRooms(fresh)
    embedBackupKey(fresh, readSigningKey(dataFiles(folder).key))
    fsyncFile(fresh)
    renameSync(fresh, file)
    fsyncParentDirectory(file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw toStartError(error, `${file} cannot be written`)
  }
}
