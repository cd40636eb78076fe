import Database from 'better-sqlite3'

export type Connection = Database.Database

/**
 * Opens a database that exists. A commit is on the disk when it returns; on macOS that takes
 * `fullfsync`, since a plain fsync may stop in the drive's cache.
 */
export function connect(file: string, { readonly = false } = {}): Connection {
  const connection = new Database(file, { readonly, fileMustExist: true, timeout: 2_000 })
  try {
    if (!readonly) connection.pragma('journal_mode = WAL')
    connection.pragma('synchronous = FULL')
    // What is deleted is overwritten in the file.
    connection.pragma('secure_delete = ON')
    connection.pragma('fullfsync = 1')
    connection.pragma('checkpoint_fullfsync = 1')
    connection.pragma('foreign_keys = ON')
    // The write-ahead log grows during a long backup; the next checkpoint cuts it to this size.
    connection.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}
