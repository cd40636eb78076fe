/** Whom a request is for, as its `Host` names them, or the page that sent it, as its `Origin` does. */
export interface Authority {
  /** As browsers write it: lower case, IPv6 in brackets, without the root's dot. Empty: nobody. */
  readonly name: string
  /** In decimal; empty where none was given. */
  readonly port: string
}

/** The longest name that DNS has, a colon and a port, and some to spare; of longer ones none is meant. */
const maxLength = 300

/**
 * A name or an address, and a port (RFC 9110, section 7.2). Of what RFC 3986 takes for a name these
 * are the characters that hosts have: neither escapes nor the commas of a list.
 */
const authorityPattern = /^(\[[\da-f:.]+\]|[\w.-]*)(?::(\d*))?$/i

const highestPort = 65_535

/** The scheme and the authority of a target that names the whole address (RFC 9112, section 3.2.2). */
export const absoluteForm = /^https?:\/\/([^/?]*)/i

/** Reads the value of a `Host`, or the authority of an address; undefined where it is neither. */
export function readAuthority(text: string): Authority | undefined {
  if (text.length > maxLength) return undefined
  const [, host, digits = ''] = authorityPattern.exec(text) ?? []
  if (host === undefined || Number(digits) > highestPort) return undefined
  const port = digits === '' ? '' : `${Number(digits)}`
  if (host === '') return { name: '', port }
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '')
  return name ? { name, port } : undefined
}
