import t from 'tap'
import type { OpenApiDocument } from '../../src/http/docs/openapi-transform.ts'
import { serve } from './support/server.ts'

/** Every operation, by who may make it. A new one belongs here, too, and into docs/tokens.md. */
const operations = {
  none: [
    'GET /healthz',
    'GET /openapi-3.2.json',
    'GET /openapi.json',
    'GET /problems/{code}',
    'GET /readyz',
    'POST /v1/login',
    'POST /v1/login/setup',
    'POST /v1/register',
  ],
  session: [
    'DELETE /v1/sessions',
    'DELETE /v1/sessions/{id}',
    'DELETE /v1/tokens/{id}',
    'GET /v1/sessions',
    'GET /v1/tokens',
    'PATCH /v1/me',
    'POST /v1/admin/users/{username}/setup',
    'POST /v1/events/token',
    'POST /v1/logout',
    'POST /v1/renew',
    'POST /v1/tokens',
    'PUT /v1/me/password',
  ],
  read: [
    'GET /v1/conversations',
    'GET /v1/conversations/{conversation}',
    'GET /v1/events',
    'GET /v1/me',
    'GET /v1/me/blocks',
    'GET /v1/messages',
    'GET /v1/messages/{id}',
    'GET /v1/rooms',
    'GET /v1/rooms/{room}',
    'GET /v1/rooms/{room}/bans',
    'GET /v1/rooms/{room}/members',
    'GET /v1/rooms/{room}/messages',
    'GET /v1/users',
    'GET /v1/users/online',
    'GET /v1/users/{username}',
  ],
  write: [
    'DELETE /v1/me/blocks/{username}',
    'DELETE /v1/messages/{id}',
    'DELETE /v1/messages/{id}/reactions/{emoji}',
    'DELETE /v1/rooms/{room}',
    'DELETE /v1/rooms/{room}/bans/{username}',
    'DELETE /v1/rooms/{room}/members/{username}',
    'PATCH /v1/conversations/{conversation}',
    'PATCH /v1/messages/{id}',
    'PATCH /v1/rooms/{room}',
    'POST /v1/conversations/{conversation}/typing',
    'POST /v1/messages/broadcast',
    'POST /v1/messages/direct',
    'POST /v1/rooms',
    'POST /v1/rooms/{room}/messages',
    'PUT /v1/conversations/{conversation}/read',
    'PUT /v1/me/blocks/{username}',
    'PUT /v1/messages/{id}/reactions/{emoji}',
    'PUT /v1/rooms/{room}/bans/{username}',
    'PUT /v1/rooms/{room}/members/{username}',
  ],
  moderate: [
    'DELETE /v1/admin/users/{username}/ban',
    'DELETE /v1/admin/users/{username}/mute',
    'GET /v1/admin/audit',
    'GET /v1/admin/users',
    'PUT /v1/admin/users/{username}/ban',
    'PUT /v1/admin/users/{username}/mute',
  ],
  admin: ['POST /v1/admin/users', 'PUT /v1/admin/users/{username}/role'],
}

t.test('the document says of each operation which token it takes', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi.json')
  t.same(operationsByScope(document), operations)
})

/** Of those with a bearer scheme, its role is the scope. */
function operationsByScope({ paths }: OpenApiDocument): Record<string, string[]> {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => {
      const [bearer] = security
      const scope = bearer === undefined ? 'none' : (bearer.sessionToken?.[0] ?? 'session')
      return { scope, call: `${method.toUpperCase()} ${path}` }
    }),
  )
  const groups = Object.entries(Object.groupBy(all, ({ scope }) => scope))
  return Object.fromEntries(
    groups.map(([scope, found = []]) => [scope, found.map(({ call }) => call).sort()]),
  )
}
