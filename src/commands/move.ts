import { parseArgs } from 'node:util'
import { type MoveResult, move as moveStore } from '../store/move/move.ts'
import { StartError } from '../store/start-error.ts'
import { Progress } from './progress.ts'

const usage = 'obrol move --from SOURCE --to TARGET'

const help = `Usage: ${usage}

Moves accounts, sessions, rooms, messages, idempotency keys and the signing key to another store. People
stay logged in, and streams resume where they were.

SOURCE and TARGET are each a data folder, or postgres://USER@HOST:PORT/DATABASE. Others can see the
command line of a process, so the password of such a URL can be in PGPASSWORD instead.

Stop every server on both first, and run this as the user that the server runs as. The target must be
empty. Everything is read again from it and compared before the move counts; a move that fails or is
stopped leaves nothing there. The source does not change.

Exit status:
  0    everything is moved
  1    nothing is moved, and a line says why
  2    the command line is wrong
`

/**
 * `obrol move --from SOURCE --to TARGET`: writes progress to stderr and a summary to stdout.
 *
 * @returns what is wrong with the command line, or undefined
 * @throws {StartError}
 */
export async function move(args: readonly string[]): Promise<string | undefined> {
  if (args.some((word) => ['--help', '-h'].includes(word))) {
    process.stdout.write(help)
    return undefined
  }
  const locations = parseLocations(args)
  if (!locations) return `usage: ${usage}; see obrol move --help`

  const stop = new AbortController()
  const onSignal = () => stop.abort(new StartError('Stopped: nothing was moved'))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, onSignal)
  const progress = new Progress(process.stderr)
  const moved = await moveStore(locations.from, locations.to, {
    onProgress: ({ step, rows, totalRows }) =>
      progress.report({ step, done: rows, all: totalRows, unit: 'rows' }),
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

export function summaryOf({ from, to, kind, counts, signingKey, checksum }: MoveResult): string {
  const lines = counts.map(({ label, count }) => `  ${label.padEnd(17)} ${count}`)
  const key = signingKey ? 'moved' : 'there is none: go on with the same JWT_SECRET'
  const next =
    kind === 'postgres'
      ? 'Next: set DATABASE_URL to the target for every server, and start them.'
      : `Next: start one server with DATA_DIR=${to}, and without DATABASE_URL.`
  return `Moved from ${from} to ${to}
${lines.join('\n')}
  signing key       ${key}
  checksum          ${checksum}
Both were read from end to end and hold the same.
${next}
The source has not changed. Never start a server on it again: put it away once the target serves.
`
}
