/** What a token for programs can be allowed to do; `docs/tokens.md` has the calls of each. */
export const tokenScopes = ['read', 'write', 'moderate', 'admin', 'people'] as const

export type TokenScope = (typeof tokenScopes)[number]
