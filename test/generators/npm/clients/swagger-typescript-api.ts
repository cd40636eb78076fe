import { Api, type HttpResponse, type Problem } from '../generated/swagger-typescript-api'
import { Refusal, tell, textOf, url } from '../story'

const { v1 } = new Api({ baseUrl: url })

/** A refusal is thrown, as the whole answer. */
async function given<T>(call: Promise<HttpResponse<T, Problem>>): Promise<T> {
  try {
    return (await call).data
  } catch (error) {
    const { status, error: problem } = error as HttpResponse<T, Problem>
    if (status === undefined) throw error
    throw new Refusal(status, problem)
  }
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
const withKey = (token: string, key: string) => ({
  headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': key },
})

await tell({
  register: (username, password) => given(v1.register({ username, password })),
  login: (username, password) => given(v1.login({ username, password })),
  me: (token) => given(v1.getMe(as(token))),
  broadcast: (token, text, key) => given(v1.sendBroadcast({ text }, withKey(token, key))),
  direct: (token, to, text) => given(v1.sendDirect({ to, text, whenOffline: 'keep' }, as(token))),
  page: (token, after, limit) => given(v1.listMessages({ after, limit }, as(token))),
  message: (token, id) => given(v1.getMessage(id, as(token))),
  online: (token) => given(v1.listOnlineUsers({}, as(token))),
  streamToken: (token) => given(v1.createStreamToken(as(token))),
  logout: (token) => given(v1.logout(as(token))),
  async *stream(token, lastEventId, signal) {
    const { body } = await v1.openStream(
      { lastEventId },
      { ...as(token), signal, format: undefined },
    )
    yield* textOf(body as ReadableStream<BufferSource> | null)
  },
})
