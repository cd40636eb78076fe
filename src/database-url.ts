/**
 * Scheme, user, password, servers and database, settings. Each part must be told from the others, or
 * a piece of a password with a raw "#", "/" or "@" in it would be taken for the host and shown in an
 * error.
 */
const urlPattern =
  /^postgres(?:ql)?:\/\/(?:[^\s/?#@:]+(?::[^\s/?#@:]*)?@)?([^\s/?#@]+\/[^\s/?#@]+)(?:\?[^\s#]*)?$/i

/** Whether a text is the address of a PostgreSQL database, which may name several servers. */
export function isDatabaseUrl(text: string): boolean {
  return urlPattern.test(text) && isPercentEncoded(text)
}

/** The servers and the database of such an address, to be shown: no user, password or settings. */
export function hostsAndDatabase(databaseUrl: string): string {
  const [, place] = urlPattern.exec(databaseUrl) as RegExpExecArray
  return place as string
}

/** Whether each "%" begins an escape, and all of them together are UTF-8. */
function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
