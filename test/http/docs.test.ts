import { readFile } from 'node:fs/promises'
import t from 'tap'
import { problems } from '../../src/chat/problems.ts'
import { openApiDocument, writeOpenApi } from '../../src/commands/openapi.ts'
import { serve } from './support/server.ts'

t.test('the document in the repository is the one that the routes make', async (t) => {
  const kept = await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')
  t.ok(kept === (await openApiDocument()), 'else run: npm run openapi')
  const file = `${t.testdir({})}/openapi.json`
  await writeOpenApi(file)
  t.equal(await readFile(file, 'utf8'), kept)
})

t.test('the document describes every operation', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi.json')
  t.equal(document.openapi, '3.2.0')
  const { body: missing } = await server.call('GET', '/nope')
  for (const { method, path, summary } of missing.operations) {
    const operation = document.paths[path][method.toLowerCase()]
    t.equal(operation.summary, summary)
    t.ok(operation.operationId)
    const [success] = Object.keys(operation.responses).filter((status) => status < '300')
    const content = operation.responses[success as string].content
    if (success !== '204') t.ok(Object.values<{ example?: unknown }>(content)[0]?.example, path)
    if (operation.requestBody !== undefined)
      t.same(Object.keys(operation.requestBody.content), [
        'application/json',
        'application/x-www-form-urlencoded',
      ])
    const documented = Object.values<{ content?: Record<string, { examples?: object }> }>(
      operation.responses,
    ).flatMap((response) =>
      Object.keys(response.content?.['application/problem+json']?.examples ?? {}),
    )
    t.ok(documented.includes('internal-error'))
    if (operation.security.length > 0) t.ok(documented.includes('unauthorized'), path)
    for (const code of documented) t.ok(Object.hasOwn(problems, code), code)
  }
  for (const event of ['Message', 'Ready', 'Presence', 'Heartbeat', 'Reset', 'Bye'])
    t.ok(document.components.schemas[`${event}Event`], event)
})

t.test('the pages at /docs bring all they need', async (t) => {
  const server = await serve(t)
  const home = await server.call('GET', '/')
  t.equal(home.status, 302)
  t.equal(home.headers.get('location'), '/docs')
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
  t.equal((await server.call('GET', '/docs/json')).status, 200)
})
