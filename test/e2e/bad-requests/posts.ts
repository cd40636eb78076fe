import { bad, inParameter, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

const badKeys: [why: string, key: string][] = [
  ['empty', ''],
  ['of 256', 'k'.repeat(256)],
  ['with a space', 'a b'],
  ['with a tab', 'a\tb'],
  ['with a Latin-1 letter', 'cl\xe9'],
  ['with an emoji', Buffer.from('\u{1f511}').toString('latin1')],
  ['with a C1 control', 'a\x80'],
]

/** Idempotency keys that are none, and what else a post may get wrong. */
export const badPosts = ({ ann: token }: TestAccounts): Row[] => [
  ...badKeys.flatMap(([why, key]) =>
    ['/v1/messages/broadcast', '/v1/messages/direct'].map((path) =>
      bad(
        `${path} with a key ${why}`,
        post(
          path,
          { text: 'hi', ...(path.endsWith('direct') && { to: 'bob', whenOffline: 'keep' }) },
          {
            token,
            lines: [`Idempotency-Key: ${key}`],
          },
        ),
        inParameter('Idempotency-Key', /must be 1 to 255 visible ASCII/),
      ),
    ),
  ),
  bad(
    'two keys',
    post(
      '/v1/messages/broadcast',
      { text: 'hi' },
      { token, lines: ['Idempotency-Key: a', 'Idempotency-Key: b'] },
    ),
    inParameter('Idempotency-Key'),
  ),
  ...['nobody', '', ' ', 'x'.repeat(5000), 'server', 'ann bob', '\u{1f600}', 'b\u043eb'].map((to) =>
    bad(
      `a message to ${JSON.stringify(to.slice(0, 20))}`,
      post('/v1/messages/direct', { to, text: 'hi', whenOffline: 'keep' }, { token }),
      { code: 'unknown-recipient' },
    ),
  ),
  bad(
    'a message to who is offline',
    post('/v1/messages/direct', { to: 'bob', text: 'hi' }, { token }),
    {
      code: 'recipient-offline',
    },
  ),
  bad(
    'a message to who is offline, rejected by name',
    post('/v1/messages/direct', { to: 'BOB', text: 'hi', whenOffline: 'reject' }, { token }),
    { code: 'recipient-offline' },
  ),
]
