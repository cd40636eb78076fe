import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { problems } from '../../../src/chat/problems.ts'
import { checkText, checkTitle, checkTopic } from '../../../src/chat/text-rules.ts'
import { checkUsername } from '../../../src/chat/usernames.ts'
import { openApiDocument, openApiVersions, writeOpenApi } from '../../../src/commands/openapi.ts'
import { docsPage } from '../../../src/http/docs/page.ts'
import { readSettings } from '../../../src/settings.ts'
import { openRoom } from '../../support/room.ts'
import { serve } from '../support/server.ts'

const files = { '3.1': 'openapi.json', '3.2': 'openapi-3.2.json' } as const

t.test('the documents in the repository are up to date', async (t) => {
  for (const version of openApiVersions) {
    const name = new URL(`../../../openapi/${files[version]}`, import.meta.url)
    const kept = await readFile(name, 'utf8')
    t.ok(kept === (await openApiDocument(version)), `${version}: else run npm run openapi`)
    const file = `${t.testdir({})}/${files[version]}`
    await writeOpenApi(file, version)
    t.equal(await readFile(file, 'utf8'), kept)
    const server = await serve(t, readSettings({}))
    const served = await server.call('GET', `/${files[version]}`)
    t.equal(served.headers.get('content-type'), 'application/json; charset=utf-8')
    t.same(served.body, JSON.parse(kept), 'and a server without settings serves the same')
  }
})

t.test('the document describes every operation', async (t) => {
  const server = await serve(t)
  const { body: missing } = await server.call('GET', '/nope')
  for (const version of openApiVersions) {
    const { body: document } = await server.call('GET', `/${files[version]}`)
    t.match(document.openapi, version)
    for (const { method, path, summary } of missing.operations) {
      const operation = document.paths[path][method.toLowerCase()]
      t.equal(operation.summary, summary)
      t.match(operation.operationId, /^[a-z][A-Za-z0-9]+$/)
      t.ok(operation.description, path)
      for (const parameter of operation.parameters ?? [])
        t.ok(parameter.description, `${path}: ${parameter.name}`)
      const [success] = Object.keys(operation.responses).filter((status) => status < '300')
      const content = operation.responses[success as string].content
      if (success !== '204') t.ok(Object.values<{ example?: unknown }>(content)[0]?.example, path)
      const documented = codesOf(document, operation)
      t.ok(documented.includes('internal-error'))
      t.equal(documented.includes('unauthorized'), operation.security.length > 0, path)
      for (const code of documented) t.ok(Object.hasOwn(problems, code), code)
    }
  }
})

t.test('every named schema, field and answer has a description', async (t) => {
  const server = await serve(t)
  for (const version of openApiVersions) {
    const { body: document } = await server.call('GET', `/${files[version]}`)
    const { schemas } = document.components
    for (const [name, schema] of Object.entries<Fields>(schemas)) {
      t.ok(schema.description, name)
      for (const [field, { description, $ref }] of Object.entries(schema.properties ?? {}))
        t.ok(description ?? $ref ?? name.endsWith('Event'), `${name}.${field}`)
    }
    const names = Object.values<object>(document.components).flatMap(Object.keys)
    const without = new Set(names.map((name) => name.toLowerCase()))
    t.equal(without.size, names.length, 'no two differ by case alone')
    t.notMatch(JSON.stringify(document), /"x-|\$id/, 'nothing is for the server itself')
  }
})

t.test('the document of 3.1 has only what generators of clients can read', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi.json')
  const operations = Object.values<object>(document.paths).flatMap((path) =>
    Object.values<Operation>(path as never),
  )
  for (const { requestBody, parameters = [], responses, operationId } of operations) {
    if (requestBody) {
      t.same(Object.keys(requestBody.content), ['application/json'])
      t.match(requestBody.content['application/json'].schema, { $ref: String })
    }
    const names = parameters.map(({ name }) => name.toLowerCase().replaceAll(/[^a-z]/g, ''))
    t.equal(new Set(names).size, names.length, `${operationId}: no two parameters of one name`)
    for (const [status, answer] of Object.entries(responses))
      if (status >= '400') t.match(answer, { $ref: /^#\/components\/responses\// })
  }
  t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)

  for (const schema of schemasIn(document)) {
    t.notOk(schema.anyOf ?? schema.oneOf ?? schema.allOf, 'no unions')
    if (schema.type === 'integer') t.match(schema.format, /^int(32|64)$/, JSON.stringify(schema))
    for (const inner of [schema.items, ...Object.values(schema.properties ?? {})])
      t.notOk(inner?.properties, 'an object within another has a name')
  }
  const { Message, MessagePage, Problem, ProblemType, Ready } = document.components.schemas
  t.same(Message.properties.kind.enum, ['broadcast', 'direct', 'room'])
  t.same(Message.required, ['id', 'kind', 'from', 'text', 'sentAt'])
  for (const id of [Message.properties.id, Ready.properties.head]) t.equal(id.format, 'int64')
  t.same(MessagePage.properties.messages.items, { $ref: '#/components/schemas/Message' })
  t.same(Problem.properties.type, { $ref: '#/components/schemas/ProblemType' })
  t.same(
    ProblemType.enum,
    Object.keys(problems).map((code) => `/problems/${code}`),
  )
  t.equal(document.paths['/v1/rooms'].post.requestBody.required, true)
  const member = document.paths['/v1/rooms/{room}/members/{username}'].put
  t.equal(member.requestBody.required, false, 'a body that needs no field need not be there')
  const stream = document.paths['/v1/events'].get
  t.same(Object.keys(document.components.securitySchemes), ['sessionToken'])
  t.ok(stream.parameters.some((each: { name: string }) => each.name === 'token'))
  t.same(stream.responses[200].content['text/event-stream'].schema, { type: 'string' })
})

t.test('the document of 3.2 describes forms and each event of the stream', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi-3.2.json')
  t.same(Object.keys(document.paths['/v1/login'].post.requestBody.content), [
    'application/json',
    'application/x-www-form-urlencoded',
  ])
  const { itemSchema } =
    document.paths['/v1/events'].get.responses[200].content['text/event-stream']
  t.same(itemSchema, { $ref: '#/components/schemas/StreamEvent' })
  const { schemas } = document.components
  const events = schemas.StreamEvent.anyOf.map(({ $ref }: { $ref: string }) =>
    $ref.split('/').at(-1),
  )
  const rooms = ['RoomJoined', 'RoomLeft', 'MemberJoined', 'MemberLeft', 'MemberUpdated']
  const changes = ['MessageUpdated', 'MessageDeleted', 'ReactionAdded', 'ReactionRemoved']
  const state = ['Ready', 'Presence', 'Typing', 'Read', 'UserUpdated', 'Heartbeat']
  const all = ['Message', ...changes, ...rooms, 'RoomUpdated', 'RoomDeleted', ...state]
  t.same(
    events,
    [...all, 'Reset', 'Bye'].map((name) => `${name}Event`),
  )
  for (const name of events) t.match(schemas[name].properties.data.contentSchema, { $ref: String })
})

t.test('the document of a server has its settings', async (t) => {
  const server = await serve(t, { messageMaxChars: 10, passwordMinChars: 12 })
  const { body: document } = await server.call('GET', '/openapi.json')
  const { NewBroadcast, NewDirect, NewRoomMessage, NewAccount } = document.components.schemas
  for (const { properties } of [NewBroadcast, NewDirect, NewRoomMessage])
    t.match(properties.text, { minLength: 1, maxLength: 10, description: /^1 to 10 characters/ })
  t.match(NewAccount.properties.password, {
    minLength: 12,
    maxLength: 256,
    description: /^12 to 256 characters/,
  })
})

t.test('the patterns of the document match everything that the server accepts', async (t) => {
  const { NewAccount, NewBroadcast, RoomCreation, RoomChanges } = JSON.parse(
    await openApiDocument('3.1'),
  ).components.schemas
  const says = (schema: TSchema, value: unknown) => Check(schema, value)
  const nameIsRight = (username: string) => says(NewAccount, { username, password: 'tall-ships' })
  for (const name of ['ab', 'x'.repeat(32), 'a.b_c-d', '9a', 'Νίκος', 'ᬅᬓ᭄ᬱᬭ', '𐐨𐐨', 'ɑ̈b'])
    t.same(
      [checkUsername(name), nameIsRight(name), says(RoomCreation, { name })],
      [undefined, true, true],
      name,
    )
  for (const name of ['', 'a', 'x'.repeat(33), 'a b', '.ab', 'a\0b', 'a\x85b', 'a@b', 'a`b', '{a'])
    t.same(
      [checkUsername(name) !== undefined, nameIsRight(name), says(RoomCreation, { name })],
      [true, false, false],
      JSON.stringify(name),
    )
  for (const text of ['a', '\t\r\n.', '\u00a0a', '🌱', 'x'.repeat(4000)])
    t.same([checkText(text, 4000), says(NewBroadcast, { text })], [undefined, true])
  for (const text of ['', 'a\0', 'a\x0b', 'a\x1f', 'a\x7f', 'a\x9f', 'x'.repeat(4001)])
    t.same([checkText(text, 4000) !== undefined, says(NewBroadcast, { text })], [true, false])
  for (const title of ['a', '\u00a0a', '🌱'.repeat(80)])
    t.same([checkTitle(title), says(RoomChanges, { title })], [undefined, true])
  for (const title of ['', 'a\n', 'a\t', 'a\u2028', 'a\x85', 'a\0', 'x'.repeat(81)])
    t.same([checkTitle(title) !== undefined, says(RoomChanges, { title })], [true, false])
  for (const topic of ['', '\t\r\n', '🌱'.repeat(500)])
    t.same([checkTopic(topic), says(RoomChanges, { topic })], [undefined, true])
  for (const topic of ['a\0', 'a\x1f', 'a\x85', 'x'.repeat(501)])
    t.same([checkTopic(topic) !== undefined, says(RoomChanges, { topic })], [true, false])
})

t.test('the pages at /docs load nothing from elsewhere', async (t) => {
  const server = await serve(t)
  for (const path of ['/docs', '/docs/']) {
    const { status, body } = await server.call('GET', path)
    t.equal(status, 200)
    t.notMatch(body, /<script(?![^>]*src=)/, 'no script stands in the page')
    const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file)
    for (const file of files) {
      const at = new URL(file, server.url + path)
      t.equal(at.origin, server.url, 'nothing comes from elsewhere')
      t.equal((await server.call('GET', at.pathname)).status, 200, at.pathname)
    }
  }
})

t.test('the page at /docs lists every operation, also without scripts', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi.json')
  const { body: page } = await server.call('GET', '/docs')
  for (const { name } of document.tags) t.match(page, `<h2 id="/${name}">${name}</h2>`)
  for (const [path, operation] of operationsInOrder(document)) {
    const { method, tags, operationId, summary, security } = operation
    const at = `/${tags[0]}/${operationId}`
    const item = page.split('<li ').find((text: string) => text.startsWith(`id="${at}"`)) ?? ''
    t.match(item, `<a href="#${at}">`, 'it has the address that Swagger UI gives it')
    for (const text of [`>${method.toUpperCase()}<`, `>${path}<`, summary])
      t.ok(item.includes(text), `${operationId}: ${text}`)
    t.equal(item.includes('needs a token'), security.length > 0, operationId)
  }
})

t.test('the text of the document is escaped in the page', (t) => {
  const operation = { tags: ['A'], operationId: 'a', summary: 'a < b', security: [] }
  const described = { ...operation, description: 'R&D <script>`<b>`</script>', responses: {} }
  const page = docsPage(
    {
      openapi: '3.1.0',
      info: { description: 'One\n\nTwo & `three`' },
      tags: [{ name: 'A', description: '<i>' }],
      paths: { '/a': { get: described } },
      components: { schemas: {}, responses: {} },
    },
    { root: '', style: 'a.css', script: 'a.js', icon: 'a.png' },
  )
  t.match(page, '<p>One</p>\n<p>Two &amp; <code>three</code></p>')
  t.match(page, 'a &lt; b')
  t.match(page, 'R&amp;D &lt;script><code>&lt;b></code>&lt;/script>')
  t.match(page, '<p>&lt;i></p>')
  t.end()
})

t.test('the pages at /docs are compressed, and their files are cached', async (t) => {
  const server = await serve(t)
  const page = await server.call('GET', '/docs')
  t.match(page.body, /<meta name="viewport" content="width=device-width/)
  t.equal(page.headers.get('cache-control'), 'no-cache')
  t.match(page.body, /<p>A chat server.*<code>GET \/v1\/events<\/code>/s, 'readable at once')
  t.match(page.body, /href="openapi\.json"/, 'also where no script runs')
  const first = [...page.body.matchAll(/(?:src|href)="(docs[^"]+)"/g)].map(([, file]) => `/${file}`)
  const script = first.find((file) => file.includes('start')) as string
  const { body: start } = await server.call('GET', script)
  t.match(start, /openapi\.json/, 'it reads the document that the server tells')
  const later = [...start.matchAll(/at\('(swagger[^']+)'\)/g)].map(([, file]) => {
    return `/docs/static/${file}`
  })
  t.equal(later.length, 2, 'Swagger UI and its style')
  t.notMatch(page.body, /swagger-ui-bundle|swagger-ui[^"]*\.css/, 'which reading does not load')
  const files = [...first, ...later]
  let bytes = 0
  for (const file of files) {
    const { headers } = await server.call('HEAD', file, {
      headers: { 'accept-encoding': 'gzip' },
    })
    bytes += Number(headers.get('content-length'))
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable', file)
    const plain = file.replace(/-[\w-]{8}(?=\.\w+$)/, '')
    t.not(plain, file, 'its name changes with what is in it')
    const byPlainName = await server.call('GET', plain)
    t.equal(byPlainName.status, 200)
    t.equal(byPlainName.headers.get('cache-control'), 'no-cache')
  }
  t.ok(bytes < 600_000, `${bytes} bytes in all`)
})

t.test('the document is compressed, and not sent again where it has not changed', async (t) => {
  const server = await serve(t)
  const packed = await server.call('HEAD', '/openapi.json', {
    headers: { 'accept-encoding': 'gzip' },
  })
  t.ok(Number(packed.headers.get('content-length')) < 30_000)
  const { headers } = await server.call('GET', '/openapi.json', {
    headers: { 'accept-encoding': 'identity' },
  })
  t.match(headers.get('content-type'), /^application\/json/)
  t.equal(headers.get('cache-control'), 'no-cache')
  const text = await server.raw(
    `GET /openapi.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: ${headers.get('etag')}\r\n\r\n`,
  )
  t.match(text, /^HTTP\/1\.1 304 .*\r\n\r\n$/s)
})

t.test('the examples of the pages work, one call after the other', async (t) => {
  for (const before of ['a fresh server', 'one that has run the README']) {
    const room = await openRoom(t)
    if (before !== 'a fresh server')
      for (const guest of [await room.register('ann'), await room.register('bob')])
        await guest.broadcast('Hello')
    const { body: document } = await room.call('GET', '/openapi.json')
    let token = ''
    for (const [path, operation] of operationsInOrder(document)) {
      const { method, security, requestBody, parameters = [] } = operation
      // A stream does not end.
      if (path === '/v1/events') continue
      const body = requestBody?.content['application/json'].example
      const filledIn = parameters.filter((each) => 'example' in each)
      const at = filledIn.reduce((url, { name, example }) => {
        return url.replace(`{${name}}`, String(example))
      }, path)
      t.ok(
        filledIn.every((each) => each.in === 'path'),
        'a header or a query is not made up',
      )
      const known = security.length > 0 ? { token } : {}
      const answer = await room.call(method, at, { body, ...known })
      // On a fresh server there is nobody else to remove or to ban.
      const isSomeoneElse = at.endsWith('/bob') && before === 'a fresh server'
      // Message 1 is another's where the README has run.
      const isOthers = ['PATCH', 'DELETE'].includes(method) && at === '/v1/messages/1'
      // The numbers of sessions are random.
      const isNoSession = at.startsWith('/v1/sessions/')
      const isOfStaff = at.startsWith('/v1/admin/')
      // It needs a query, and none is made up.
      const lacksQuery = method === 'GET' && at === '/v1/users'
      const refusal = isOfStaff
        ? 403
        : at === '/v1/login/setup'
          ? 401
          : lacksQuery
            ? 400
            : isSomeoneElse || isNoSession
              ? 404
              : isOthers && before !== 'a fresh server'
                ? 403
                : undefined
      t.ok(
        refusal === undefined ? answer.status < 300 : answer.status === refusal,
        `${before}: ${method} ${at} is answered ${answer.status}`,
      )
      if (answer.body.tokenType) token = answer.body.token
    }
  }
})

t.test('a path that is not a file of the pages is not found', async (t) => {
  const server = await serve(t)
  const outside = [
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/..%5c..%5cx',
    '/docs/static/%00',
    '/docs/static//etc/passwd',
    '/docs/static/./index.css',
    '/docs/static/.hidden',
    '/docs/static/INDEX.css',
    '/docs/static/index.css/x',
    `/docs/static/${'x'.repeat(5000)}`,
    '/docs/static/%25',
    '/docs/static/a%250',
  ]
  for (const path of outside) {
    const text = await server.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    t.match(text, /^HTTP\/1\.1 404 .*"type":"\/problems\/not-found".*"operations":/s, path)
  }
  t.equal(server.logged('route not found').length, 10, 'as many of one address as are written')
  t.same(server.logged('internal error'), [])
  const twoHosts = await server.raw(
    'GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
  )
  t.match(twoHosts, /^HTTP\/1\.1 400 /)
})

interface Fields {
  description?: string
  $ref?: string
  type?: string
  format?: string
  items?: Fields
  properties?: Record<string, Fields>
  anyOf?: Fields[]
  oneOf?: Fields[]
  allOf?: Fields[]
}

interface Operation {
  operationId: string
  method: string
  tags: string[]
  summary: string
  security: object[]
  parameters?: { name: string; in: string; description?: string; example?: unknown }[]
  requestBody?: { content: { 'application/json': { schema: object; example: unknown } } }
  responses: Record<string, { $ref?: string; content?: Record<string, { examples?: object }> }>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers
type Document = any

/** The problem codes of a call. */
function codesOf(document: Document, { responses }: Operation): string[] {
  return Object.values(responses)
    .map(({ $ref, ...own }) => {
      return $ref ? document.components.responses[$ref.split('/').at(-1) as string] : own
    })
    .flatMap(({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}))
}

/** Every schema of a document: the named ones, and all in them or in an operation. */
function schemasIn(part: unknown): Fields[] {
  if (typeof part !== 'object' || part === null) return []
  const keywords = ['type', 'anyOf', 'oneOf', 'allOf']
  const own = keywords.some((keyword) => Object.hasOwn(part, keyword)) ? [part as Fields] : []
  const parts = Object.entries(part).filter(([name]) => !name.startsWith('example'))
  return [...own, ...parts.flatMap(([, inner]) => schemasIn(inner))]
}

/** The operations in the order of the document; what ends something comes last, the inner one first. */
function operationsInOrder(document: Document): [string, Operation][] {
  const all = Object.entries<Record<string, Operation & { tags: string[] }>>(
    document.paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, typeof operation] => [
      path,
      { ...operation, method: method.toUpperCase() },
    ]),
  )
  const isLogout = ([path]: (typeof all)[number]) => path === '/v1/logout'
  const deletes = ([, { method }]: (typeof all)[number]) => method === 'DELETE'
  return [
    ...all.filter((each) => !isLogout(each) && !deletes(each)),
    ...all.filter(deletes).reverse(),
    ...all.filter(isLogout),
  ]
}
