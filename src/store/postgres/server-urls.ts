/** What stands before the hosts of a URL, and the hosts. */
const hostsPattern = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)/

/**
 * The servers that a URL names, each as a URL of its own: `postgres://a:5432,b:5433/chat` names
 * two, of which one takes writes.
 */
export function serverUrlsOf(databaseUrl: string): string[] {
  const [, before, hosts] = hostsPattern.exec(databaseUrl) ?? []
  if (!hosts) return [databaseUrl]
  return hosts.split(',').map((host) => databaseUrl.replace(hostsPattern, () => before + host))
}
