export { ObrolClient } from './client.ts'
export {
  type ClientCode,
  type FieldError,
  ObrolError,
  type ProblemCode,
  type ProblemDetails,
} from './errors.ts'
export type * from './types.ts'
