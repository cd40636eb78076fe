import type { Test } from 'tap'
import { findCredentials } from '../../src/chat/accounts.ts'
import { nameForms } from '../../src/names/name-forms.ts'
import type { Store } from '../../src/store/store.ts'
import { hour } from './fixtures.ts'

/** Accounts with the keys that 0.1 gave them, in the order of their ids, from 1. */
export const oldAccounts: readonly { username: string; key: string }[] = [
  { username: 'ann', key: 'ann' },
  // The only account with its key of today.
  { username: 'Groß', key: 'groß' },
  // One key today.
  { username: 'Straße', key: 'straße' },
  { username: 'Strasse', key: 'strasse' },
  { username: 'Νίκος', key: 'νίκος' },
  { username: 'ΝΊΚΟΣ', key: 'νίκοσ' },
  { username: 'Weiß', key: 'weiß' },
  { username: 'ẅeiſs\u0323', key: '\u1E85eis\u0323' },
  // They look alike.
  { username: 'ace', key: 'ace' },
  { username: 'асе', key: 'асе' },
  { username: 'Ivan', key: 'ivan' },
  // Reserved since 0.2.
  { username: 'moderator', key: 'moderator' },
]

/** The account that a typed name finds. */
const accountsByTyped: Record<string, string> = {
  ann: 'ann',
  ANN: 'ann',
  Groß: 'Groß',
  GROSS: 'Groß',
  gross: 'Groß',
  Straße: 'Straße',
  STRAßE: 'Straße',
  strasse: 'Strasse',
  STRASSE: 'Strasse',
  Νίκος: 'Νίκος',
  νίκος: 'Νίκος',
  ΝΊΚΟΣ: 'ΝΊΚΟΣ',
  νίκοσ: 'ΝΊΚΟΣ',
  weiss: 'Weiß',
  ace: 'ace',
  АСЕ: 'асе',
  ivan: 'Ivan',
  Moderator: 'moderator',
}

/** Accounts of 0.1 are found as before, and look-alikes of them are refused. */
export async function testOldNames(t: Test, store: Store): Promise<void> {
  for (const [typed, username] of Object.entries(accountsByTyped)) {
    const known = await findCredentials(store.accounts, typed)
    t.equal(known?.account.username, username, typed)
    t.equal(known?.passwordHash, `hash of ${username}`)
  }
  for (const { username } of oldAccounts) {
    t.equal(
      (await findCredentials(store.accounts, username))?.account.username,
      username,
      'as typed',
    )
  }
  t.equal(await findCredentials(store.accounts, 'lvan'), undefined, 'a look-alike finds nobody')
  for (const username of ['GROSS', 'STRAẞE', 'νίκοΣ', 'аce', 'асe', 'lvan', '1van', 'Αnn']) {
    const account = { username, ...nameForms(username), passwordHash: 'x' }
    t.equal(await store.accounts.register(account, hour), 'taken', username)
  }
  t.equal(await store.accounts.skeletonsTaken(nameForms('bob').skeletons), false)
}
