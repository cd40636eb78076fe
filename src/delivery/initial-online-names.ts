import type { Presence } from '../chat/presence.ts'

/** `ready` names at most so many people; past that the reader fetches the list. */
const maxNames = 1_000

/** The same in bytes of JSON: some readers take no line longer than 64 KiB. */
const maxBytes = 16_384

/** The names of who is online, as `ready` tells them; undefined where it does not. */
export function initialOnlineNames(
  presence: Pick<Presence, 'count' | 'names'>,
): readonly string[] | undefined {
  if (presence.count > maxNames) return undefined
  const names = presence.names()
  return Buffer.byteLength(JSON.stringify(names)) > maxBytes ? undefined : names
}
