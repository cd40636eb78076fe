import t from 'tap'
import {
  defaultLimits,
  limits,
  limitsFromOpenApi,
  loadLimits,
} from '../../../src/web/state/server-limits.ts'

t.test('the limits are those of the OpenAPI document, or else the defaults', async (t) => {
  const body = (schema: object) => ({
    post: { requestBody: { content: { 'application/json': { schema } } } },
  })
  const text = { maxLength: 10 }
  t.strictSame(
    limitsFromOpenApi({
      components: { schemas: { Credentials: { properties: { password: { minLength: 12 } } } } },
      paths: {
        '/v1/register': body({ $ref: '#/components/schemas/Credentials' }),
        '/v1/messages/broadcast': body({ properties: { text } }),
      },
    }),
    { passwordMin: 12, textMax: 10 },
  )
  t.strictSame(limitsFromOpenApi({}), defaultLimits)
  t.strictSame(
    limitsFromOpenApi({ paths: { '/v1/register': body({ $ref: '#/none' }) } }),
    defaultLimits,
  )
})

t.test('the limits are loaded, and stay the defaults if that fails', async (t) => {
  await loadLimits(new URL('data:text/plain,not JSON'))
  t.strictSame(limits.value, defaultLimits)
  const body = {
    content: { 'application/json': { schema: { properties: { text: { maxLength: 7 } } } } },
  }
  const document = { paths: { '/v1/messages/broadcast': { post: { requestBody: body } } } }
  await loadLimits(new URL(`data:application/json,${encodeURIComponent(JSON.stringify(document))}`))
  t.strictSame(limits.value, { ...defaultLimits, textMax: 7 })
})
