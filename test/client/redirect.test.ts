import t from 'tap'
import { ObrolClient } from '../../src/client/index.ts'

t.test('a browser’s opaque redirect is an error that names the redirect', async (t) => {
  // The Fetch Standard's opaque-redirect filtered response: no status, no headers, no body.
  const opaque = {
    type: 'opaqueredirect',
    status: 0,
    ok: false,
    headers: new Headers(),
    body: null,
  }
  const client = new ObrolClient('http://127.0.0.1/', { fetch: async () => opaque as Response })
  await t.rejects(client.login('ann', 'tall-ships'), {
    code: 'bad-answer',
    status: 302,
    message: 'The server redirects: give its own address',
  })
})
