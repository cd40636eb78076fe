import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type LogEntry, type LogRow, selectLog, toLogEntry } from './log-entry.ts'

/** The whole log, read from the database of a folder. */
export function logIn(folder: string): LogEntry[] {
  const database = new Database(join(folder, 'obrol.db'), { readonly: true })
  try {
    return database.prepare<[], LogRow>(selectLog).all().map(toLogEntry)
  } finally {
    database.close()
  }
}

/** What SQLite says of a database's soundness: `ok`. */
export function soundness(file: string): unknown {
  const database = new Database(file, { readonly: true })
  try {
    return database.pragma('integrity_check', { simple: true })
  } finally {
    database.close()
  }
}
