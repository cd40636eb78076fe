/** Scheme, user, password, servers, database, settings. What is special must be encoded. */
const form =
  /^(postgres(?:ql)?:\/\/)(?:[^\s/?#@:]*(?::[^\s/?#@:]*)?@)?([^\s/?#@]*)(\/[^\s/?#@]*)?(?:\?[^\s#]*)?$/

/** Whether something is meant as a URL, however it goes on, rather than as a folder. */
export function looksLikeUrl(home: string): boolean {
  return /^[a-z]+:\/\//i.test(home)
}

/** Whether it is a URL of PostgreSQL in which each part can be told from the others. */
export function isDatabaseUrl(home: string): boolean {
  return form.test(home)
}

/** Such a URL with its hosts and its database alone: no user, password or settings. */
export function shown(databaseUrl: string): string {
  const [, scheme, hosts, database = ''] = form.exec(databaseUrl) as RegExpExecArray
  return `${scheme}${hosts}${database}`
}
