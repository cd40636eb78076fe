import { bad, inBody, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

/** Every call that takes a body, with a body that is right and needs nothing of the store. */
export const calls = (cast: TestAccounts) => [
  { path: '/v1/register', token: undefined, right: { username: 'cid', password: 'right-enough' } },
  { path: '/v1/login', token: undefined, right: { username: 'ann', password: 'ann-password' } },
  { path: '/v1/messages/broadcast', token: cast.ann, right: { text: 'hi' } },
  {
    path: '/v1/messages/direct',
    token: cast.ann,
    right: { to: 'bob', text: 'hi', whenOffline: 'keep' },
  },
  { path: '/v1/rooms', token: cast.ann, right: { name: 'tea' } },
  { path: '/v1/rooms/tea/messages', token: cast.ann, right: { text: 'hi' } },
]

const otherTypes = [null, 5, 0.5, true, false, [], ['hi'], {}, { text: 'hi' }]

/** Every field as every other type, missing, and beside one that nobody knows. */
export const fields = (cast: TestAccounts): Row[] =>
  calls(cast).flatMap(({ path, token, right }) => [
    ...Object.keys(right).flatMap((field) => {
      const says = field === 'whenOffline' ? /must be "reject" or "keep"/ : /must be a string/
      const { [field as keyof typeof right]: _, ...without } = right
      return [
        ...otherTypes.map((value) =>
          bad(
            `${path} with ${field} ${JSON.stringify(value)}`,
            post(path, { ...right, [field]: value }, { token }),
            inBody(field, says),
          ),
        ),
        ...(field === 'whenOffline'
          ? ['', 'KEEP', 'keep ', 'drop'].map((value) =>
              bad(
                `${path} with ${field} ${JSON.stringify(value)}`,
                post(path, { ...right, [field]: value }, { token }),
                inBody(field, says),
              ),
            )
          : [
              bad(
                `${path} without ${field}`,
                post(path, without, { token }),
                inBody(field, /is missing; it must be a string/),
              ),
            ]),
      ]
    }),
    ...['extra', 'Text', '', ' text', '__proto__', 'constructor', 'toString', 'hasOwnProperty'].map(
      (name) =>
        bad(
          `${path} with an unknown field ${JSON.stringify(name)}`,
          post(path, JSON.stringify(right).replace('{', `{${JSON.stringify(name)}:"x",`), {
            token,
          }),
          { code: 'invalid-request', at: { pointer: `/${name}` }, says: /not known here/ },
        ),
    ),
  ])

/** A pointer's own signs must be escaped (RFC 6901, section 3). */
export const escapedPointers = ({ ann }: TestAccounts): Row[] => [
  bad(
    'a field with a slash',
    post('/v1/messages/broadcast', { text: 'hi', 'a/b': 1 }, { token: ann }),
    inBody('a~1b', /not known here/),
  ),
  bad(
    'a field with a tilde',
    post('/v1/messages/broadcast', { text: 'hi', 'a~b': 1 }, { token: ann }),
    inBody('a~0b', /not known here/),
  ),
  bad(
    'a repeated field with a slash',
    post('/v1/messages/broadcast', '{"text":"hi","a/b":1,"a/b":2}', { token: ann }),
    inBody('a~1b', /only once/),
  ),
  bad(
    'a repeated field of a form with a slash',
    post('/v1/messages/broadcast', 'text=hi&a/b=1&a/b=2', {
      token: ann,
      type: 'application/x-www-form-urlencoded',
    }),
    inBody('a~1b', /only once/),
  ),
]
