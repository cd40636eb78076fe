import { OutcomeUnknown, Unavailable } from '../store.ts'

/**
 * Primary SQLite result codes that blame what was asked, not the database: one bad row must not
 * look like a store that is down.
 */
const requestErrorCodes = new Set(['CONSTRAINT', 'MISMATCH', 'RANGE', 'TOOBIG', 'ERROR', 'MISUSE'])

/**
 * What a failed write means to those who asked for it. Everything that fails before the commit is
 * rolled back, and a commit that finds no room has written no commit mark; but a commit that fails
 * in input or output (a failed fsync above all) may or may not be on the disk, and nothing that
 * this process believes about the file can be trusted afterwards.
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

/** What a failed read means, or a write of which nothing was kept. */
export function classifyReadError(error: unknown): unknown {
  const code = primaryCode(error)
  if (code === undefined || requestErrorCodes.has(code)) return error
  return new Unavailable(`The database is not available: ${describe(error)}`, { cause: error })
}

/** `IOERR` for `SQLITE_IOERR_FSYNC`; undefined for what is no SQLite error. */
function primaryCode(error: unknown): string | undefined {
  return /^SQLITE_([A-Z]+)/.exec(String((error as { code?: unknown } | null)?.code))?.[1]
}

function describe(error: unknown): string {
  const { code, message } = error as Error & { code: string }
  return `${message} (${code})`
}
