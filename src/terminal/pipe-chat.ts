import type { Readable } from 'node:stream'
import type { ObrolClient } from '../client/index.ts'
import { entranceCommands, readEntrance } from './commands.ts'
import { type Credentials, credentialsOf, enter } from './entrance.ts'
import { linesOf } from './lines.ts'
import { type Status, status } from './refusals.ts'
import { commandsTold, entranceRefused, refused } from './tellings.ts'
import type { View } from './view.ts'
import type { Visit } from './visit.ts'
import { within } from './within.ts'

/** A stream that is not live after so long does not hold up what is to be said, in ms. */
const patienceMs = 10_000

type Lines = AsyncGenerator<string, undefined>

/** Chats by the lines of a stream, one after the other, until it ends. Answers the exit status. */
export async function chatInPipe(
  client: ObrolClient,
  view: View,
  { input, env }: { input: Readable; env: NodeJS.ProcessEnv },
): Promise<Status> {
  const lines = linesOf(input)
  try {
    const opening = await readOpening(lines, view, env)
    if (typeof opening === 'number') return opening
    const visit = await enter(client, view, opening.credentials)
    return typeof visit === 'number' ? visit : await carryOut(visit, lines, opening.first)
  } finally {
    // A writer that goes on cannot keep us.
    input.destroy()
  }
}

interface Opening {
  credentials: Credentials
  /** The first line, where it is for the room already. */
  first?: string
}

/** Reads who wants to come in: the first line says so, or else the environment. */
async function readOpening(
  lines: Lines,
  view: View,
  env: NodeJS.ProcessEnv,
): Promise<Opening | Status> {
  const own = credentialsOf(env)
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const wish = readEntrance(line.value)
    if (wish.kind === 'nothing') continue
    if (wish.kind === 'login' || wish.kind === 'register')
      return opening({ ...wish, password: wish.password ?? own.password }, view)
    if (own.name !== undefined)
      return opening({ kind: 'login', ...own, name: own.name }, view, line.value)
    if (wish.kind === 'quit') return status.done
    if (wish.kind === 'wrong') {
      view.refuse(...entranceRefused(wish.why))
      return status.refused
    }
    view.show(...commandsTold(entranceCommands))
  }
  return status.done
}

function opening(
  { kind, name, password }: Omit<Credentials, 'password'> & { password: string | undefined },
  view: View,
  first?: string,
): Opening | Status {
  if (password !== undefined)
    return { credentials: { kind, name, password }, ...(first !== undefined && { first }) }
  view.refuse(refused('a password is needed: after the name, or in OBROL_PASSWORD'))
  return status.refused
}

async function carryOut(visit: Visit, lines: Lines, first: string | undefined): Promise<Status> {
  const { listening, talking, over } = visit
  await within(patienceMs, listening.ready, over)
  let worst: Status = first === undefined ? status.done : await talking.obey(first)
  const ended = over.then(() => ({ done: true, value: undefined }) as const)
  while (worst !== status.unreachable) {
    const line = await Promise.race([ended, lines.next()])
    if (line.done) break
    worst = Math.max(worst, await talking.obey(line.value)) as Status
  }
  await visit.leave()
  return Math.max(worst, await over) as Status
}
