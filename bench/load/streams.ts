import type { Server } from '../servers/server.ts'
import { Reader, type ReaderOptions } from './reader.ts'

/** The default number of streams that are opened at a time. */
const opensAtOnce = 64

/**
 * Opens streams, each of another user, and resolves when all of them are live.
 *
 * @param atOnce how many are opened at a time
 */
export async function openStreams(
  server: Server,
  count: number,
  options: (index: number) => Partial<ReaderOptions> = () => ({}),
  atOnce = opensAtOnce,
): Promise<Reader[]> {
  const readers: Reader[] = []
  async function openNext(): Promise<void> {
    while (readers.length < count) {
      const index = readers.length
      const reader = new Reader({
        port: server.streamPort ?? server.port,
        after: server.head,
        path: server.streamPath,
        token: server.tokens[index % Math.max(1, server.tokens.length)],
        readyMark: server.readyMark,
        ...options(index),
      })
      readers.push(reader)
      await reader.ready
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, openNext))
  return readers
}

/** Resolves when every stream has received every id up to this one. @throws if one does not */
export async function allReceived(
  readers: readonly Reader[],
  id: number,
  withinMs = 20_000,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs)
  })
  await Promise.race([Promise.all(readers.map((reader) => reader.reached(id))), late])
  clearTimeout(timer)
}

export class InvalidRun extends Error {}

/** Every stream must have received every id up to `last` exactly once. @throws {InvalidRun} */
export function checkCounts(readers: readonly Reader[], last: number): void {
  let missing = 0
  let doubled = 0
  for (const { seen } of readers) {
    missing += seen.missingUpTo(last)
    doubled += seen.doubled
  }
  if (missing > 0 || doubled > 0)
    throw new InvalidRun(
      `void: ${missing} events missing and ${doubled} doubled in ${readers.length} streams`,
    )
}

/**
 * For streams that get different messages: each must receive as many as are expected of it, and none
 * of them twice.
 *
 * @throws {InvalidRun} if one does not within a while
 */
export async function checkEach(
  readers: readonly Reader[],
  expected: Uint32Array,
  withinMs = 5_000,
): Promise<void> {
  const wrong = () =>
    readers.filter(({ seen }, index) => seen.received !== expected[index] || seen.doubled > 0)
      .length
  const deadline = performance.now() + withinMs
  while (wrong() > 0 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  if (wrong() > 0) throw new InvalidRun(`void: ${wrong()} streams got too few or too many`)
}

export function closeAll(readers: readonly Reader[]): void {
  for (const reader of readers) reader.close()
}
