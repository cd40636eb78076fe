import type { Credentials, Store } from '../store/store.ts'
import { mapStoreErrors } from './store-problems.ts'
import { lookupKeys } from './usernames.ts'

type CredentialsStore = Pick<Store, 'credentials'>

/** The account that a name stands for, in whatever case it was typed. @throws {Problem} `unavailable` */
export async function findCredentials(
  store: CredentialsStore,
  name: string,
): Promise<Credentials | undefined> {
  const keys = lookupKeys(name)
  const found = await Promise.all(keys.map((key) => mapStoreErrors(store.credentials(key))))
  return found.find((one) => one !== undefined)
}

/**
 * The key that the account of a name has in the store; where there is no such account, one that
 * nobody has. Nearly always the name alone tells it. @throws {Problem} `unavailable`
 */
export function findStoredKey(store: CredentialsStore, name: string): string | Promise<string> {
  const [first, other] = lookupKeys(name)
  if (other === undefined) return first
  return mapStoreErrors(store.credentials(first)).then((known) => (known ? first : other))
}
