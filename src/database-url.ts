/**
 * Scheme, user, password, servers and database, settings. It is strict, since a part of a password with
 * a raw "#", "/" or "@" in it would otherwise pass as the host and appear in an error.
 */
const urlPattern =
  /^postgres(?:ql)?:\/\/(?:[^\s/?#@:]+(?::[^\s/?#@:]*)?@)?([^\s/?#@]+\/[^\s/?#@]+)(?:\?[^\s#]*)?$/i

/** Whether a text is the URL of a PostgreSQL database. It may name several servers. */
export function isDatabaseUrl(text: string): boolean {
  return urlPattern.test(text) && isPercentEncoded(text)
}

/** The part of such a URL that may be shown: no user, password or settings. */
export function hostsAndDatabase(databaseUrl: string): string {
  const [, shown] = urlPattern.exec(databaseUrl) as RegExpExecArray
  return shown as string
}

/** Whether each "%" begins an escape, and the escapes are valid UTF-8. */
function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
