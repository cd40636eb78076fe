import Database from 'better-sqlite3'

export type Connection = Database.Database

/**
 * An open connection to a database that exists, set for durability: a commit is on the disk when
 * it returns (`fullfsync` matters on macOS, where a plain fsync may stop in the drive's cache).
 */
export function connect(file: string, { readonly = false } = {}): Connection {
  const connection = new Database(file, { readonly, fileMustExist: true, timeout: 2_000 })
  if (!readonly) connection.pragma('journal_mode = WAL')
  connection.pragma('synchronous = FULL')
  connection.pragma('fullfsync = 1')
  connection.pragma('checkpoint_fullfsync = 1')
  connection.pragma('foreign_keys = ON')
  // After a long backup the write-ahead log shrinks back to this.
  connection.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
  return connection
}
