import { nameForms } from '../../src/names/name-forms.ts'
import type { Role } from '../../src/store/person.ts'
import type { RestrictionTerms, StaffCommand } from '../../src/store/staff-store.ts'

const openEnded: RestrictionTerms = { reason: null, until: null }

/** What the store is given of a code: one for each name. */
export const setupCode = (name: string) => ({ hash: setupHash(name), lifetimeMs: 86_400_000 })

export const setupHash = (name: string): string =>
  Buffer.from(name.toLowerCase()).toString('hex').padEnd(64, '0')

export const setRole = (user: string, role: Role): StaffCommand => ({
  kind: 'set-role',
  user,
  role,
})

export const banUser = (user: string, terms: Partial<RestrictionTerms> = {}): StaffCommand => ({
  kind: 'ban',
  user,
  ...openEnded,
  ...terms,
})

export const muteUser = (user: string, terms: Partial<RestrictionTerms> = {}): StaffCommand => ({
  kind: 'mute',
  user,
  ...openEnded,
  ...terms,
})

export const unbanUser = (user: string): StaffCommand => ({ kind: 'unban', user })

export const unmuteUser = (user: string): StaffCommand => ({ kind: 'unmute', user })

export const createUser = (username: string, bot = false): StaffCommand => ({
  kind: 'create-user',
  account: { username, ...nameForms(username), displayName: null, bot },
  setup: bot ? null : setupCode(username),
})

export const issueSetup = (user: string): StaffCommand => ({
  kind: 'issue-setup',
  user,
  setup: setupCode(user),
})
