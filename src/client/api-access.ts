import { ObrolError } from './errors.ts'
import type { Guard } from './guards.ts'
import type { ApiCall, ApiRequest } from './http-client.ts'
import type { CallOptions, IdempotentOptions } from './types.ts'

/** A path below `v1`, part by part: names of anything but a part. */
export type Path = readonly (string | number)[]

/** Makes the calls of a client's session. */
export interface ApiAccess {
  /** Retries the call, unless `more` says otherwise. @throws {ObrolError} */
  call<T>(
    method: ApiRequest['method'],
    path: Path,
    guard: Guard<T>,
    options: CallOptions,
    more?: Partial<ApiCall<T>>,
  ): Promise<T>
  /** POSTs under an idempotency key, so that it is done once. @throws {ObrolError} */
  post<T>(path: Path, body: object, guard: Guard<T>, options: IdempotentOptions): Promise<T>
  /** The user of the session. @throws {ObrolError} */
  ownName(options: CallOptions): Promise<string>
}

/**
 * @throws {ObrolError} for a part that an URL would drop: without its last part, the path of a
 *   room's member is that of the room
 */
export function encodePath(path: Path): string {
  return ['v1', ...path].map((part) => encodePart(String(part))).join('/')
}

function encodePart(part: string): string {
  try {
    if (!['', '.', '..'].includes(part)) return encodeURIComponent(part)
  } catch {
    // A lone surrogate.
  }
  throw new ObrolError('invalid-request', `Nothing can be called ${JSON.stringify(part)}`)
}
