import { ObrolError, type ProblemCode } from './errors.ts'
import { type Guard, isProblem, parseAs, parseJson } from './guards.ts'

/**
 * Reads a response to its end. 204 (No Content) is null.
 *
 * @param maxBytes without it, an endless response would fill the memory
 * @throws {ObrolError} the server's error, or `bad-answer`
 */
export async function readResponse<T>(
  response: Response,
  guard: Guard<T>,
  maxBytes: number,
): Promise<T> {
  const { ok, status } = response
  if (!ok) throw await toError(response, maxBytes)
  return parseAs(status === 204 ? 'null' : await readJsonText(response, maxBytes), guard, status)
}

/** Reads a response that is not the expected one. */
export async function toError(response: Response, maxBytes: number): Promise<ObrolError> {
  const { status } = response
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'))
  const problem = parseJson(await readJsonText(response, maxBytes))
  if (!isProblem(problem))
    return new ObrolError('bad-answer', `This is no answer of an Obrol server: status ${status}`, {
      status,
      retryAfterMs,
    })
  const code = problem.type.slice(problem.type.lastIndexOf('/') + 1) as ProblemCode
  return new ObrolError(code, problem.detail, { status, problem, retryAfterMs })
}

/** Empty, which is not JSON, if the content type is another. */
async function readJsonText(response: Response, maxBytes: number): Promise<string> {
  const json = /^application\/(problem\+)?json\b/i
  return hasContentType(response, json) ? readText(response, maxBytes) : ''
}

export function hasContentType(response: Response, type: RegExp): boolean {
  return type.test(response.headers.get('content-type') ?? '')
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of bodyChunks(response)) {
    bytes += chunk.length
    if (bytes > maxBytes)
      throw new ObrolError('bad-answer', `The answer has more than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** With a reader, because not every browser can iterate a response's body. */
export async function* bodyChunks(response: Response): AsyncGenerator<Uint8Array, undefined> {
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done) return
    yield value as Uint8Array
  }
}
