/**
 * A key that no other message has: 128 random bits as 32 hexadecimal digits. Not `randomUUID`, which
 * browsers have in secure contexts alone, and a server in one's own network may speak plain http.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
