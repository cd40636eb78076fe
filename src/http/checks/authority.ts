/** The host and port of a `Host` or an `Origin`. */
export interface Authority {
  /** As browsers write it: lower case, IPv6 in brackets, without a trailing dot. May be empty. */
  readonly name: string
  /** In decimal; empty where it was left out. */
  readonly port: string
}

/** The longest DNS name, a colon and a port, and some to spare. */
const maxLength = 300

/**
 * A name or an address, and a port (RFC 9110, section 7.2). RFC 3986 also allows escapes and commas in
 * a name, which no host has.
 */
const authorityPattern = /^(\[[\da-f:.]+\]|[\w.-]*)(?::(\d*))?$/i

const highestPort = 65_535

/** The scheme and the authority of a request target in absolute form (RFC 9112, section 3.2.2). */
export const absoluteForm = /^https?:\/\/([^/?]*)/i

/** Parses a `Host` or the authority of a URL; undefined where it is neither. */
export function readAuthority(text: string): Authority | undefined {
  if (text.length > maxLength) return undefined
  const [, host, digits = ''] = authorityPattern.exec(text) ?? []
  if (host === undefined || Number(digits) > highestPort) return undefined
  const port = digits === '' ? '' : `${Number(digits)}`
  if (host === '') return { name: '', port }
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '')
  return name ? { name, port } : undefined
}
