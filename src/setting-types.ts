import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isDatabaseUrl } from './database-url.ts'

/** One setting: what the environment variable means, and how it is read. */
export interface Setting<T> {
  /** The environment variable. */
  readonly env: string
  /** What holds where the variable is unset or empty. */
  readonly fallback: T
  /** What a number counts; empty for anything else. */
  readonly unit: string
  /** What is right, worded to follow "must be". */
  readonly range: string
  readonly about: string
  /** A wrong value is not repeated where it may hold a secret. */
  readonly secret: boolean
  /** The value of what was given; undefined where that is wrong. */
  readonly read: (given: string) => T | undefined
}

/** A setting has a wrong value. The message is one line for the person who starts the server. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/** A setting of any kind. */
export function setting<T>(
  env: string,
  fallback: T,
  rest: Pick<Setting<T>, 'range' | 'about' | 'read'> & { unit?: string; secret?: boolean },
): Setting<T> {
  return { env, fallback, unit: '', secret: false, ...rest }
}

/** A whole number in plain decimal. */
export function wholeNumberSetting(
  env: string,
  fallback: number,
  unit: string,
  [least, most]: readonly [number, number],
  about: string,
): Setting<number> {
  return setting(env, fallback, {
    unit,
    range: `a whole number from ${least} to ${most}`,
    about,
    read: (given) => parseWholeNumber(given, least, most),
  })
}

/** A number that limits something, where 0 switches the limit off. */
export function limitSetting(
  env: string,
  fallback: number,
  unit: string,
  about: string,
): Setting<number> {
  return wholeNumberSetting(env, fallback, unit, [0, 1_000_000], `${about} 0: no limit.`)
}

/** One of a few words. */
export function enumSetting<T extends string>(
  env: string,
  choices: readonly T[],
  fallback: NoInfer<T>,
  about: string,
): Setting<T> {
  return setting<T>(env, fallback, {
    range: `one of ${choices.join(', ')}`,
    about,
    read: (given) => choices.find((choice) => choice === given),
  })
}

/** Digits alone: no sign, point, exponent, space or leading zero, which other programs read as octal. */
export function parseWholeNumber(given: string, least: number, most: number): number | undefined {
  const value = /^(?:0|[1-9]\d*)$/.test(given) ? Number(given) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

/** Items separated by commas; wrong when one of them is. Blanks around items and empty items do not matter. */
export function parseList(
  given: string,
  read: (item: string) => string | undefined,
): string[] | undefined {
  const items = given.split(',').map((item) => item.trim())
  const values = items.filter((item) => item !== '').map(read)
  return values.every((value) => value !== undefined) ? values : undefined
}

/** An IP address or a host name; whether the name exists shows when the server listens. */
export function parseHost(given: string): string | undefined {
  const name = /^[a-z\d](?:[a-z\d._-]{0,251}[a-z\d])?$/i
  return isIP(given) !== 0 || name.test(given) ? given : undefined
}

/** An origin as browsers write it in `Origin`: lower case, without the scheme's own port. */
export function parseOrigin(given: string): string | undefined {
  if (given === '*') return given
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\]+$/i.test(given) || !URL.canParse(given)) return undefined
  const { protocol, host } = new URL(given)
  return `${protocol}//${host}`
}

/** A host as browsers write it, without a port; `*.` before a name stands for all names below it. */
export function parseAllowedHost(given: string): string | undefined {
  if (given === '*') return given
  const [, below = '', host = ''] =
    /^(\*\.)?(.+)$/.exec(isIP(given) === 6 ? `[${given}]` : given) ?? []
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)$/i.test(host)) return undefined
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '')
  return name ? below + name : undefined
}

/** An IP address or a CIDR range. */
export function parseAddressRange(given: string): string | undefined {
  const address = given.replace(/\/.*/, '')
  const right = ipaddr.isValid(given) || ipaddr.isValidCIDR(given)
  // ipaddr.js also takes "1" and "0x7f.1" for addresses, which are slips here.
  // Nor is everyone a proxy.
  return right && isIP(address) !== 0 && !given.endsWith('/0') ? given : undefined
}

/** The address of a PostgreSQL database, which may name several hosts, with commas in between. */
export function parseDatabaseUrl(given: string): string | undefined {
  return isDatabaseUrl(given) ? given : undefined
}

/**
 * The path of a folder. Quotes, a trailing carriage return or a "~" that no shell has replaced come
 * from a file of settings, and would make an empty folder of that name.
 */
export function parseDirectory(given: string): string | undefined {
  return isPlain(given) && !/^["'~]|["']$|\$[{(\w]|%\w+%/.test(given) ? given : undefined
}

/** A key for tokens. What a file of settings adds by mistake would differ from node to node. */
export function parseSecret(given: string): string | undefined {
  return isPlain(given) && Buffer.byteLength(given) >= 32 ? given : undefined
}

/** Without control characters, and without blanks before or after it. */
function isPlain(given: string): boolean {
  return !/\p{Cc}/u.test(given) && given.trim() === given
}
