import type { ClientOptions, ObrolClient } from '../../../src/client/index.ts'
import { ObrolError } from '../../../src/client/index.ts'
import { outcomeOf, type Scenario } from './scenario.ts'

/** The outcome is how the call ends, and how many times it was made. */
function callScenario(
  call: (client: ObrolClient) => Promise<unknown>,
  outcome: [end: string, times: number],
  options: ClientOptions = {},
): Scenario {
  return {
    async run({ client }) {
      const end = await outcomeOf(call(client(options)))
      return [end, (await client().message(1)).id]
    },
    outcome,
  }
}

const say = (client: ObrolClient) => client.broadcast('hi')
const enter = (client: ObrolClient) => client.login('ann', 'tall-ships')

export const calls: Record<string, Scenario> = {
  /** Each message is retried with the same key until it succeeds. */
  unlucky: {
    async run({ client }) {
      const ann = client({ timeoutMs: 300, retryForMs: 60_000 })
      const texts: string[] = []
      for (let nth = 1; nth <= 6; nth++) texts.push((await ann.broadcast('hi')).text)
      return texts
    },
    outcome: ['1', '2', '3', '4', '5', '6'],
  },
  down: callScenario(say, ['unavailable', 2], { retryForMs: 1_900 }),
  'down/entering': callScenario(enter, ['unavailable', 2], { retryForMs: 1_900 }),
  'down/again': {
    run: async ({ client }) => {
      const tries: string[] = []
      const onRetry = ({ code }: ObrolError, inMs: number) => {
        tries.push(`${code} ${inMs >= 125 && inMs <= 1_000}`)
      }
      await client({ retryForMs: 1_900 })
        .broadcast('hi', { onRetry })
        .catch(() => {})
      return tries
    },
    outcome: ['unavailable true'],
  },
  busy: callScenario(say, ['too-many-requests', 1]),
  'busy/entering': callScenario(enter, ['too-many-requests', 1]),
  broken: callScenario(say, ['internal-error', 1]),
  elsewhere: callScenario(say, ['bad-answer', 1]),
  moved: callScenario(say, ['bad-answer', 1]),
  'moved/entering': callScenario(enter, ['bad-answer', 1]),
  blank: callScenario(say, ['bad-answer', 1], { retryForMs: 0 }),
  foreignTongue: callScenario(say, ['from-a-newer-server', 1]),
  deaf: callScenario(say, ['timeout', 1], { timeoutMs: 100, retryForMs: 0 }),
  'deaf/entering': callScenario(enter, ['timeout', 1], { timeoutMs: 100 }),
  /** Not how many times: Chromium itself retries if a connection that it kept open was closed. */
  hangsUp: {
    run: ({ client }) => outcomeOf(enter(client())),
    outcome: 'network',
  },
  endless: callScenario(say, ['bad-answer', 1], { retryForMs: 0, maxAnswerBytes: 4_000_000 }),

  secondTry: {
    async run({ client }) {
      const ann = client()
      const { user } = await ann.register('ann', 'tall-ships')
      const { token } = ann
      await ann.logout()
      return [user.username, token, ann.token]
    },
    outcome: ['ann', 'token-of-ann', undefined],
  },

  'busy/error': {
    async run({ client }) {
      const error = await client()
        .broadcast('hi')
        .catch((error) => error)
      if (!(error instanceof ObrolError)) throw error
      const { name, message, status, problem, retryAfterMs } = error
      return { name, message, status, type: problem?.type, retryAfterMs }
    },
    outcome: {
      name: 'ObrolError',
      message: 'too-many-requests',
      status: 429,
      type: '/problems/too-many-requests',
      retryAfterMs: 60_000,
    },
  },

  /** A signal aborts a call between two attempts and during one. */
  'down/aborted': {
    async run({ client }) {
      const abort = new AbortController()
      const end = outcomeOf(client().broadcast('hi', { signal: abort.signal }))
      while ((await client().message(1)).id < 2) await new Promise((go) => setTimeout(go, 5))
      abort.abort()
      return end
    },
    outcome: 'aborted',
  },
  'deaf/aborted': {
    run: ({ client }) => outcomeOf(client().broadcast('hi', { signal: AbortSignal.timeout(50) })),
    outcome: 'aborted',
  },
  'deaf/aborted before': {
    run: ({ client }) => outcomeOf(client().broadcast('hi', { signal: AbortSignal.abort() })),
    outcome: 'aborted',
  },
  'deaf/unsendable': {
    run: ({ client }) => outcomeOf(client().broadcast('hi', { idempotencyKey: 'two\nlines' })),
    outcome: 'invalid-request',
  },
}
