import type { TSchema } from 'typebox'
import {
  banUser,
  createStaffUser,
  issueSetupCode,
  listAudit,
  listStaffUsers,
  muteUser,
  setUserRole,
  unbanUser,
  unmuteUser,
} from '../../http/schemas/staff.ts'
import { linesOfAudit, linesOfMade, linesOfSetup, linesOfUser, linesOfUsers } from './format.ts'

/** What a call of the API takes, of which the options of a command are made. */
interface CallSchema {
  summary: string
  description: string
  params?: { properties: Record<string, TSchema> }
  querystring: { properties: Record<string, TSchema> }
  body?: { properties: Record<string, TSchema> }
}

/** One command of `obrol admin`: a call of the API. */
export interface AdminCommand {
  /** After `obrol admin`. */
  words: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As in the table of routes. */
  path: string
  schema: CallSchema
  /** The fields that are given by their place, in this order. All else is an option. */
  places: readonly string[]
  /** One command line that works. */
  example: string
  /** What is lost, to follow "This"; needs --yes. */
  destroys?: string
  /** What a person at a terminal reads of the answer. `given` has what was given by its place. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema of the answer says what it is
  lines(answer: any, given: Record<string, string>): string[]
}

const onUser = '/v1/admin/users/:username'

/** Each call of the staff, in the order of the help. */
export const adminCommands: readonly AdminCommand[] = [
  {
    words: 'user list',
    method: 'GET',
    path: '/v1/admin/users',
    schema: listStaffUsers,
    places: [],
    example: 'obrol admin user list --role moderator',
    lines: linesOfUsers,
  },
  {
    words: 'user show',
    method: 'GET',
    path: '/v1/admin/users',
    schema: listStaffUsers,
    places: ['q'],
    example: 'obrol admin user show ann',
    lines: linesOfUser,
  },
  {
    words: 'user create',
    method: 'POST',
    path: '/v1/admin/users',
    schema: createStaffUser,
    places: ['username'],
    example: 'obrol admin user create wayan',
    lines: linesOfMade,
  },
  {
    words: 'user grant',
    method: 'PUT',
    path: `${onUser}/role`,
    schema: setUserRole,
    places: ['username', 'role'],
    example: 'obrol admin user grant ann admin',
    lines: (_answer, { username, role }) => [`${username} is ${articleOf(role)} now`],
  },
  {
    words: 'user ban',
    method: 'PUT',
    path: `${onUser}/ban`,
    schema: banUser,
    places: ['username'],
    example: "obrol admin user ban bob --reason 'Spam' --until 2090-01-31T12:00:00Z --yes",
    destroys: 'ends all their sessions for good',
    lines: (_answer, { username }) => [`${username} is banned`],
  },
  {
    words: 'user unban',
    method: 'DELETE',
    path: `${onUser}/ban`,
    schema: unbanUser,
    places: ['username'],
    example: 'obrol admin user unban bob',
    lines: (_answer, { username }) => [`${username} is not banned`],
  },
  {
    words: 'user mute',
    method: 'PUT',
    path: `${onUser}/mute`,
    schema: muteUser,
    places: ['username'],
    example: "obrol admin user mute bob --reason 'Too loud'",
    lines: (_answer, { username }) => [`${username} is muted`],
  },
  {
    words: 'user unmute',
    method: 'DELETE',
    path: `${onUser}/mute`,
    schema: unmuteUser,
    places: ['username'],
    example: 'obrol admin user unmute bob',
    lines: (_answer, { username }) => [`${username} is not muted`],
  },
  {
    words: 'user setup',
    method: 'POST',
    path: `${onUser}/setup`,
    schema: issueSetupCode,
    places: ['username'],
    example: 'obrol admin user setup ann',
    lines: linesOfSetup,
  },
  {
    words: 'audit',
    method: 'GET',
    path: '/v1/admin/audit',
    schema: listAudit,
    places: [],
    example: 'obrol admin audit --by bob --limit 10',
    lines: linesOfAudit,
  },
]

/** A field of a call that is an option of its command, with what it means. */
export interface AdminOption {
  name: string
  type: 'string' | 'boolean'
  about: string
}

/** The password comes by OBROL_PASSWORD: others can see the command line of a process. */
const hidden = ['password']

export function optionsOf({ schema, places }: AdminCommand): AdminOption[] {
  const fields = { ...schema.querystring.properties, ...schema.body?.properties }
  return Object.entries(fields as Record<string, { type?: string; description?: string }>)
    .filter(([name]) => !places.includes(name) && !hidden.includes(name))
    .map(([name, { type, description = '' }]) => ({
      name,
      type: type === 'boolean' ? 'boolean' : 'string',
      about: description,
    }))
}

/** A request of a command. `values` has what was given, by place or as an option. */
export function requestOf(
  { method, path, schema }: AdminCommand,
  values: Record<string, string | boolean>,
): { method: string; path: string; body: Record<string, unknown> | undefined } {
  const at = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(String(values[name])))
  const query = new URLSearchParams()
  for (const name of Object.keys(schema.querystring.properties))
    if (values[name] !== undefined) query.set(name, String(values[name]))
  const fields = Object.keys(schema.body?.properties ?? {}).filter(
    (name) => values[name] !== undefined,
  )
  const body = schema.body && Object.fromEntries(fields.map((name) => [name, values[name]]))
  return { method, path: query.size === 0 ? at : `${at}?${query}`, body }
}

function articleOf(role: string | undefined): string {
  return role === 'admin' ? 'an admin' : `a ${role}`
}
