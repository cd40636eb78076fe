import createClient from 'openapi-fetch'
import type { components, paths } from '../generated/openapi-fetch'
import { Refusal, tell, textOf, url } from '../story'

const obrol = createClient<paths>({ baseUrl: url })

type Problem = components['schemas']['Problem']

async function given<T>(
  call: Promise<{ data?: T; error?: Problem; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw new Refusal(response.status, error)
  return data as T
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

await tell({
  register: (username, password) =>
    given(obrol.POST('/v1/register', { body: { username, password } })),
  login: (username, password) => given(obrol.POST('/v1/login', { body: { username, password } })),
  me: (token) => given(obrol.GET('/v1/me', as(token))),
  broadcast: (token, text, key) =>
    given(
      obrol.POST('/v1/messages/broadcast', {
        ...as(token),
        params: { header: { 'Idempotency-Key': key } },
        body: { text },
      }),
    ),
  direct: (token, to, text) =>
    given(
      obrol.POST('/v1/messages/direct', { ...as(token), body: { to, text, whenOffline: 'keep' } }),
    ),
  page: (token, after, limit) =>
    given(obrol.GET('/v1/messages', { ...as(token), params: { query: { after, limit } } })),
  message: (token, id) =>
    given(obrol.GET('/v1/messages/{id}', { ...as(token), params: { path: { id } } })),
  online: (token) => given(obrol.GET('/v1/users/online', as(token))),
  streamToken: (token) => given(obrol.POST('/v1/events/token', as(token))),
  logout: async (token) => void (await given(obrol.POST('/v1/logout', as(token)))),
  async *stream(token, lastEventId, signal) {
    const { data, response } = await obrol.GET('/v1/events', {
      ...as(token),
      params: { query: { lastEventId } },
      parseAs: 'stream',
      signal,
    })
    if (!data) throw new Refusal(response.status, undefined)
    yield* textOf(data as ReadableStream<BufferSource>)
  },
})
