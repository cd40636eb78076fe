/** `id` is the account's. */
export interface Person {
  id: number
  /** As typed at registration. */
  username: string
}

/** From the least to the highest. */
export const roles = ['member', 'moderator', 'admin'] as const

/** What someone may do on the whole server. */
export type Role = (typeof roles)[number]

/** What is false or not set is left out. */
export interface Account extends Person {
  createdAt: number
  role: Role
  displayName?: string
  /** A program's account, which has no password. */
  bot?: true
  /** Nobody can log in to it any more. */
  closed?: true
}
