import { Type } from 'typebox'

export const Time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC' })

/** For bodies and queries: unknown fields are refused. */
export const strict = { additionalProperties: false } as const

/** The media types of bodies. */
export const bodyTypes = ['application/json', 'application/x-www-form-urlencoded']

/** The largest id of a message in a path or a query, which JavaScript can represent. */
export const maxId = Number.MAX_SAFE_INTEGER

/**
 * The id of an account or a message, in an answer. Without a format, generated clients take it for 32
 * bits; with bounds, some of them make a type for each.
 */
export const Id = (description: string) => Type.Integer({ format: 'int64', description })

export const Count = (description: string) => Type.Integer({ format: 'int32', description })
