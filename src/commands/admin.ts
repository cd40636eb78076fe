import { parseArgs } from 'node:util'
import { consolePath } from '../console-socket.ts'
import { readSettings } from '../settings.ts'
import { exitStatus } from '../terminal/exit-status.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { type AdminServer, callServer } from './admin/call.ts'
import { type AdminCommand, adminCommands, optionsOf, requestOf } from './admin/commands.ts'
import { adminHelp, helpOn, usageOf } from './admin/help.ts'
import { parseServerAddress } from './chat.ts'

const commonOptions = {
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const

type Values = Record<string, string | boolean | undefined>

/** The command line is wrong. The message is one line. */
class UsageError extends Error {}

/** The server cannot be reached. The message is one line. */
class Unreachable extends Error {}

/** What a run is given, and where it writes. */
export interface AdminIo {
  env: NodeJS.ProcessEnv
  out(text: string): void
  error(text: string): void
}

/**
 * `obrol admin COMMAND`: one call of the API for the staff.
 *
 * @returns the exit status
 * @throws {SettingsError} where DATA_DIR or ADMIN_SOCKET is wrong
 */
export async function admin(args: readonly string[], io: AdminIo): Promise<number> {
  try {
    return await run(args, io)
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Unreachable)) throw error
    io.error(`obrol: ${error.message}\n`)
    return error instanceof UsageError ? exitStatus.usage : exitStatus.unreachable
  }
}

async function run(args: readonly string[], io: AdminIo): Promise<number> {
  const words = args.filter((word) => !word.startsWith('-'))
  const command = adminCommands.find((one) => startsWith(words, one.words.split(' ')))
  if (command === undefined) {
    const wantsHelp = words.length === 0 || ['--help', '-h'].some((word) => args.includes(word))
    if (!wantsHelp) throw new UsageError('there is no such command; see obrol admin --help')
    io.out(adminHelp())
    return exitStatus.done
  }
  const { values, given } = parse(args, command)
  if (values.help) {
    io.out(helpOn(command))
    return exitStatus.done
  }
  const { places, destroys, words: name } = command
  if (given.length !== places.length) throw new UsageError(`usage: ${usageOf(command)}`)
  if (destroys !== undefined && !values.yes)
    throw new UsageError(`this ${destroys}: add --yes to obrol admin ${name}`)
  const placed = Object.fromEntries(places.map((place, at) => [place, given[at] as string]))
  return call(command, { ...values, ...placed }, placed, io)
}

async function call(
  command: AdminCommand,
  values: Values,
  placed: Record<string, string>,
  io: AdminIo,
): Promise<number> {
  const password = io.env.OBROL_PASSWORD
  const fields = { ...(password && { password }), ...definedOf(values) }
  const server = serverOf(values, io.env)
  const { status, body } = await callServer(server, requestOf(command, fields)).catch((error) => {
    throw new Unreachable(unreachableReason(server, error))
  })
  if (status >= 400) {
    const { detail = '' } = body as { detail?: string }
    io.error(values.json ? `${JSON.stringify(body)}\n` : `obrol: ${safeLine(detail)}\n`)
    return exitStatus.refused
  }
  if (values.json) io.out(body === undefined ? '' : `${JSON.stringify(body)}\n`)
  else for (const line of command.lines(body, placed)) io.out(`${line}\n`)
  return exitStatus.done
}

function parse(
  args: readonly string[],
  command: AdminCommand,
): { values: Values; given: string[] } {
  const own = optionsOf(command).map(({ name, type }) => [name, { type }] as const)
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(own), ...commonOptions },
      allowPositionals: true,
    })
    return { values: values as Values, given: positionals.slice(command.words.split(' ').length) }
  } catch (error) {
    const [reason] = (error as Error).message.split('. ')
    throw new UsageError(`${reason}; see obrol admin ${command.words} --help`)
  }
}

function startsWith(words: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((word, at) => words[at] === word)
}

function definedOf(values: Values): Record<string, string | boolean> {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as Record<string, string | boolean>
}

/** @throws {UsageError} */
function serverOf({ url, token }: Values, env: NodeJS.ProcessEnv): AdminServer {
  if (url === undefined) {
    const socket = consolePath(readSettings(env))
    if (socket !== undefined) return { socket }
    throw new UsageError('the console is off (ADMIN_SOCKET): give --url and a token')
  }
  const address = parseServerAddress(String(url))
  if (address === undefined) throw new UsageError(`${JSON.stringify(url)} is not a server address`)
  const given = token ?? env.OBROL_TOKEN
  if (given === undefined) throw new UsageError('--url needs a token: set OBROL_TOKEN')
  return { url: address, token: String(given) }
}

/** Why a server could not be called, in one line. */
export function unreachableReason(server: AdminServer, error: Error & { code?: string }): string {
  if ('url' in server) return `${server.url.origin} could not be reached: ${error.message}`
  const { socket } = server
  if (error.code === 'EACCES')
    return `${socket} is for another user: run this as the user that the server runs as`
  return `no server listens on ${socket}: start it, or set DATA_DIR as it is set there`
}
