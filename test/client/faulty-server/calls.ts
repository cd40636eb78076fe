import { type Exchange, message, type Script } from './exchange.ts'

const megabyte = 1_048_576

/** How often each POST fails before it succeeds. */
const failuresEach = 2

/**
 * Two failures for each idempotency key, over all kinds of failures. Then the message's text is the
 * number of keys so far.
 */
function unlucky(): Script {
  const triesOf = new Map<string, number>()
  let failures = 0
  const steps: ((exchange: Exchange) => void)[] = [
    (exchange) => exchange.response.destroy(),
    () => {},
    (exchange) => exchange.problem(503, 'unavailable', { 'retry-after': '0' }),
    (exchange) => exchange.problem(503, 'outcome-unknown', { 'retry-after': '0' }),
    (exchange) =>
      exchange.problem(429, 'too-many-requests', {
        'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT',
      }),
    (exchange) => exchange.answer(200, 'text/html', '<h1>Log in to the hotel</h1>'),
    (exchange) =>
      exchange.answer(502, 'text/html', '<h1>Bad gateway</h1>', { 'retry-after': 'soon' }),
    (exchange) => exchange.answer(201, 'application/json', '{"id":1,"kind":"bro'),
    (exchange) => exchange.json(201, { id: 'one' }),
    (exchange) => exchange.response.end('hi'),
    (exchange) => {
      exchange.response.writeHead(201, { 'content-type': 'application/json', 'content-length': 99 })
      exchange.write('{"id":1,')
      exchange.cut()
    },
  ]
  return (exchange) => {
    const key = exchange.header('idempotency-key') as string
    const tries = triesOf.get(key) ?? 0
    triesOf.set(key, tries + 1)
    if (tries < failuresEach) steps[failures++ % steps.length]?.(exchange)
    else exchange.json(201, message(1, `${triesOf.size}`))
  }
}

/** The same response always. The id of `v1/messages/1` is the number of calls. */
function always(say: (exchange: Exchange) => void): () => Script {
  return () => (exchange, nth) =>
    exchange.path === 'v1/messages/1' ? exchange.json(200, message(nth)) : say(exchange)
}

const session = {
  user: { id: 1, username: 'ann', createdAt: '2026-11-02T09:31:00.000Z', role: 'member' },
  token: 'token-of-ann',
  tokenType: 'Bearer',
  expiresAt: '2026-11-09T09:31:00.000Z',
}

export const calls: Record<string, () => Script> = {
  unlucky,
  down: always((exchange) => exchange.problem(503, 'unavailable', { 'retry-after': '1' })),
  busy: always((exchange) => exchange.problem(429, 'too-many-requests', { 'retry-after': '60' })),
  broken: always((exchange) => exchange.problem(500, 'internal-error')),
  elsewhere: always((exchange) => exchange.answer(404, 'text/html', '<h1>No such page</h1>')),
  moved: always((exchange) => exchange.problem(308, 'moved', { location: 'http://127.0.0.2/' })),
  blank: always((exchange) => exchange.answer(205, 'application/json', '')),
  deaf: always(() => {}),
  hangsUp: always((exchange) => exchange.response.destroy()),
  foreignTongue: always((exchange) => exchange.problem(418, 'from-a-newer-server')),

  /** A body without an end. */
  endless: always((exchange) => {
    exchange.response.writeHead(200, { 'content-type': 'application/json' })
    const pour = () => {
      while (!exchange.response.destroyed && exchange.write('x'.repeat(megabyte)));
    }
    exchange.response.on('drain', pour)
    pour()
  }),

  /** Registers at the second attempt. Logging out fails once, and then the session has ended. */
  secondTry: () => (exchange, nth) => {
    if (nth === 0) exchange.problem(503, 'unavailable', { 'retry-after': '0' })
    else if (nth === 1) exchange.json(201, session)
    else if (nth === 2) exchange.response.destroy()
    else exchange.problem(401, 'unauthorized')
  },
}
