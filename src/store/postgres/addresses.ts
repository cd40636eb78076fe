/** What stands before the hosts of a URL, and the hosts. */
const hostsOf = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)/

/**
 * The servers that a URL names, each as a URL of its own: `postgres://a:5432,b:5433/chat` names
 * two, of which one takes writes.
 */
export function addressesOf(databaseUrl: string): string[] {
  const [, before, hosts] = hostsOf.exec(databaseUrl) ?? []
  if (!hosts) return [databaseUrl]
  return hosts.split(',').map((host) => databaseUrl.replace(hostsOf, () => before + host))
}
