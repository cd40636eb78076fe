import { usernameKey } from '../../names/name-forms.ts'
import { safeLine } from '../../terminal/safe-text.ts'

/** Answers of the API, as far as they are shown. */
interface ShownRestriction {
  reason?: string
  until?: string
  by: string
}

interface ShownUser {
  username: string
  role: string
  createdAt: string
  bot?: true
  closed?: true
  lastSeenAt?: string
  ban?: ShownRestriction
  mute?: ShownRestriction
  sessions?: number
}

interface ShownRecord {
  at: string
  by: string
  action: string
  target?: string
  detail?: Record<string, unknown>
  address?: string
}

/** One line for each account: its name, its role, and what is unusual about it. */
export function linesOfUsers({ users, more }: { users: ShownUser[]; more: boolean }): string[] {
  const lines = users.map((user) => [nameOf(user), user.role, ...marksOf(user)].join('  '))
  const last = users.at(-1)
  return more && last ? [...lines, `More: add --after ${safeLine(last.username)}`] : lines
}

/** The account that was asked for by its name: it comes first of those that begin so. */
export function linesOfUser(
  { users }: { users: ShownUser[] },
  { q = '' }: Record<string, string>,
): string[] {
  const [user] = users
  if (user === undefined || usernameKey(user.username) !== usernameKey(q))
    return [`Nobody is registered as ${safeLine(q)}`]
  return [
    nameOf(user),
    `  role        ${user.role}`,
    `  registered  ${user.createdAt}`,
    ...(user.lastSeenAt ? [`  last seen   ${user.lastSeenAt}`] : []),
    ...(user.sessions === undefined ? [] : [`  sessions    ${user.sessions}`]),
    ...marksOf(user).map((mark) => `  ${mark}`),
  ]
}

export function linesOfMade({
  user,
  setup,
}: {
  user: ShownUser
  setup?: { code: string; expiresAt: string }
}): string[] {
  return [`${nameOf(user)} is registered`, ...(setup ? linesOfSetup(setup) : [])]
}

export function linesOfSetup({ code, expiresAt }: { code: string; expiresAt: string }): string[] {
  return [`Setup code: ${code}`, `Shown this once, good once, until ${expiresAt}`]
}

/** One line for each record. */
export function linesOfAudit({
  records,
  more,
}: {
  records: (ShownRecord & { id: number })[]
  more: boolean
}): string[] {
  const lines = records.map(({ at, by, action, target, detail, address }) =>
    [at, by, action, target, detailOf(detail), address && `from ${address}`]
      .filter((part) => part !== undefined && part !== '')
      .map((part) => safeLine(part as string))
      .join('  '),
  )
  const last = records.at(-1)
  return more && last ? [...lines, `More: add --before ${last.id}`] : lines
}

function detailOf(detail: Record<string, unknown> = {}): string {
  const told = Object.entries(detail).filter(([, value]) => value !== null)
  return told.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ')
}

function nameOf({ username }: { username: string }): string {
  return safeLine(username)
}

function marksOf({ bot, closed, ban, mute }: ShownUser): string[] {
  return [
    ...(bot ? ['bot'] : []),
    ...(closed ? ['closed'] : []),
    ...(ban ? [`banned${termsOf(ban)}`] : []),
    ...(mute ? [`muted${termsOf(mute)}`] : []),
  ]
}

function termsOf({ reason, until, by }: ShownRestriction): string {
  const end = until === undefined ? '' : ` until ${until}`
  const why = reason === undefined ? '' : `: ${safeLine(reason)}`
  return `${end} by ${safeLine(by)}${why}`
}
