export function databaseNameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1)
}

/** The same database on another port, as that of a proxy. */
export function urlVia(databaseUrl: string, { port }: { port: number }): string {
  const url = new URL(databaseUrl)
  url.port = String(port)
  return url.href
}
