import { OutcomeUnknown, Unavailable } from '../store-errors.ts'

/**
 * Primary SQLite result codes that blame the request, not the database: one bad row must not look
 * like a database that is down.
 */
const requestErrorCodes = new Set(['CONSTRAINT', 'MISMATCH', 'RANGE', 'TOOBIG', 'ERROR', 'MISUSE'])

/**
 * The error that a caller of a write gets. Whatever fails before the commit is rolled back, and a
 * commit that finds no room writes no commit mark. But a commit with an I/O error (most of all a
 * failed fsync) may or may not be on the disk, and this process can no longer trust what it knows of
 * the file.
 */
export function classifyWriteError(error: unknown, committing: boolean): unknown {
  const code = primaryCode(error)
  if (committing && code === 'IOERR') {
    return new OutcomeUnknown(`The commit failed: ${describe(error)}`, {
      final: true,
      cause: error,
    })
  }
  return classifyReadError(error)
}

/** The error of a read, or of a write that has stored nothing. */
export function classifyReadError(error: unknown): unknown {
  const code = primaryCode(error)
  if (code === undefined || requestErrorCodes.has(code)) return error
  return new Unavailable(`The database is not available: ${describe(error)}`, { cause: error })
}

/** `IOERR` for `SQLITE_IOERR_FSYNC`; undefined for an error that is not SQLite's. */
function primaryCode(error: unknown): string | undefined {
  return /^SQLITE_([A-Z]+)/.exec(String((error as { code?: unknown } | null)?.code))?.[1]
}

function describe(error: unknown): string {
  const { code, message } = error as Error & { code: string }
  return `${message} (${code})`
}
