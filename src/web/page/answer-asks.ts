import { isObject } from '../../client/guards.ts'
import { HttpClient, isRetryable } from '../../client/http-client.ts'

/**
 * GETs what the state asks for.
 *
 * @returns a function of an ask's path, which throws `ObrolError`
 */
export function answerAsks(server: string, token: string): (path: string) => Promise<object> {
  const http = new HttpClient(server, {})
  return (path) =>
    http.call({
      method: 'GET',
      // Relative to the server, which may be mounted at any path.
      path: path.slice(1),
      token,
      guard: isObject,
      shouldRetry: isRetryable,
      onRetry: undefined,
      signal: undefined,
    })
}
