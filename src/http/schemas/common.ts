import { Type } from 'typebox'

/** A time on the wire. */
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC' })

/** For bodies and queries: what is not named is refused. */
export const strict = { additionalProperties: false } as const

/** The media types that a body may have. */
export const bodyTypes = ['application/json', 'application/x-www-form-urlencoded']

/** A message's id in a path or a query: JavaScript counts no further exactly. */
export const maxId = Number.MAX_SAFE_INTEGER

/**
 * The number of an account, a message or a place in the log, in an answer. Without a format, programs
 * in languages of many integers take it for one of 32 bits; with bounds, some have a type for each.
 */
export const Id = (description: string) => Type.Integer({ format: 'int64', description })

/** How many of something there are, or a small number such as a status. */
export const Count = (description: string) => Type.Integer({ format: 'int32', description })
