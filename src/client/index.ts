export { ObrolClient } from './client.ts'
export { type ClientCode, ObrolError, type ProblemCode } from './errors.ts'
export type * from './types.ts'
