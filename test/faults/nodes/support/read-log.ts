import postgres from 'postgres'
import { type LogEntry, type LogRow, selectLog, toLogEntry } from '../../support/log-entry.ts'

export async function readLog(databaseUrl: string): Promise<LogEntry[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    return (await sql.unsafe<LogRow[]>(selectLog)).map(toLogEntry)
  } finally {
    await sql.end()
  }
}
