/** The roles of the server, the lowest first. */
export const roles = ['member', 'moderator', 'admin'] as const

export type Role = (typeof roles)[number]
