/**
 * Where a server is, as a person types it: without a scheme it is `http`. Undefined for what is no
 * address, or holds a name or a password, which others on the machine would see.
 */
export function parseServerAddress(typed: string): URL | undefined {
  const address = URL.parse(/^[a-z]+:\/\//i.test(typed) ? typed : `http://${typed}`)
  if (typed.startsWith('-') || !address || address.username || address.password) return undefined
  return /^https?:$/.test(address.protocol) ? address : undefined
}
