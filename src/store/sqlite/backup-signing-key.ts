import Database from 'better-sqlite3'

/** Adds the signing key, if there is one, to a backup. */
export function embedBackupKey(file: string, key: Uint8Array | undefined): void {
  if (key === undefined) return
  withDatabase(file, (connection) => {
    connection.exec('CREATE TABLE signing_key (key BLOB NOT NULL) STRICT')
    connection.prepare('INSERT INTO signing_key VALUES (?)').run(key)
  })
}

/** Removes the signing key from a backup that holds one, and overwrites its bytes. */
export function extractBackupKey(file: string): Uint8Array | undefined {
  return withDatabase(file, (connection) => {
    const held = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'signing_key'").get()
    if (!held) return undefined
    const key = connection.prepare<[], Buffer>('SELECT key FROM signing_key').pluck().get()
    connection.pragma('secure_delete = ON')
    connection.exec('DROP TABLE signing_key')
    return key
  })
}

function withDatabase<Result>(
  file: string,
  work: (connection: Database.Database) => Result,
): Result {
  const connection = new Database(file, { fileMustExist: true })
  try {
    return work(connection)
  } finally {
    connection.close()
  }
}
