import { parseArgs } from 'node:util'
import { type MoveResult, move as moveHome } from '../store/move/move.ts'
import { StartError } from '../store/start-error.ts'
import { Progress } from './progress.ts'

const help = `Usage: obrol move --from HOME --to HOME

Moves everything that is kept to another home: accounts, sessions, messages and what retries and
streams go by. People stay logged in, and streams resume where they were.

HOME is a data folder, or postgres://USER@HOST:PORT/DATABASE. The command line of a process can be
seen by others: the password of such a URL may stand in PGPASSWORD instead.

Stop every server on both homes first, and run it as the user that the server runs as. The new home
must be empty. It is read again and compared before anything counts; a move that fails or is stopped
leaves nothing there. The old home is not changed.

Exit status:
  0    all is moved
  1    nothing is moved, and a line says why
  2    the command line is wrong
`

/**
 * `obrol move --from HOME --to HOME`: progress goes to the error output, the summary to the output.
 *
 * @returns what is wrong with the command line, or undefined
 * @throws {StartError} one line for the person at the terminal
 */
export async function move(args: readonly string[]): Promise<string | undefined> {
  if (args.some((word) => ['--help', '-h'].includes(word))) {
    process.stdout.write(help)
    return undefined
  }
  const locations = parseLocations(args)
  if (!locations) return 'usage: obrol move --from HOME --to HOME; see obrol move --help'

  const stop = new AbortController()
  const onSignal = () => stop.abort(new StartError('Stopped: nothing was moved'))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, onSignal)
  const progress = new Progress(process.stderr)
  const moved = await moveHome(locations.from, locations.to, {
    onProgress: ({ step, rows, totalRows: allRows }) =>
      progress.report({ step, done: rows, all: allRows, unit: 'rows' }),
    signal: stop.signal,
  }).finally(() => {
    progress.end()
    for (const name of signals) process.off(name, onSignal)
  })
  process.stdout.write(summaryOf(moved))
  return undefined
}

function parseLocations(args: readonly string[]): { from: string; to: string } | undefined {
  const option = { type: 'string' } as const
  try {
    const { from, to } = parseArgs({
      args: [...args],
      options: { from: option, to: option },
    }).values
    return from && to ? { from, to } : undefined
  } catch {
    return undefined
  }
}

/** What was moved, and what to do next. */
export function summaryOf({ from, to, kind, counts, signingKey, checksum }: MoveResult): string {
  const lines = counts.map(({ label: rows, count }) => `  ${rows.padEnd(17)} ${count}`)
  const key = signingKey ? 'moved' : 'none was kept: go on with the same JWT_SECRET'
  const next =
    kind === 'postgres'
      ? 'Next: set DATABASE_URL to the new home for every server, and start them.'
      : `Next: start one server with DATA_DIR=${to}, and without DATABASE_URL.`
  return `Moved from ${from} to ${to}
${lines.join('\n')}
  signing key       ${key}
  checksum          ${checksum}
Both homes were read from end to end and hold the same.
${next}
The old home is as it was. Never start a server on it again: put it away once the new one serves.
`
}
