import {
  createStreamToken,
  getMe,
  getMessage,
  listMessages,
  listOnlineUsers,
  login,
  logout,
  openStream,
  type Problem,
  register,
  sendBroadcast,
  sendDirect,
} from '../generated/hey-api'
import { client } from '../generated/hey-api/client.gen'
import { Refusal, tell, url } from '../story'

client.setConfig({ baseUrl: url })

async function given<T>(
  call: Promise<{ data?: T; error?: Problem; response?: Response }>,
): Promise<T> {
  const { data, error, response } = await call
  if (error !== undefined || response === undefined) throw new Refusal(response?.status ?? 0, error)
  return data as T
}

await tell({
  register: (username, password) => given(register({ body: { username, password } })),
  login: (username, password) => given(login({ body: { username, password } })),
  me: (auth) => given(getMe({ auth })),
  broadcast: (auth, text, key) =>
    given(sendBroadcast({ auth, body: { text }, headers: { 'Idempotency-Key': key } })),
  direct: (auth, to, text) => given(sendDirect({ auth, body: { to, text, whenOffline: 'keep' } })),
  page: (auth, after, limit) => given(listMessages({ auth, query: { after, limit } })),
  message: (auth, id) => given(getMessage({ auth, path: { id } })),
  online: (auth) => given(listOnlineUsers({ auth })),
  streamToken: (auth) => given(createStreamToken({ auth })),
  logout: async (auth) => void (await given(logout({ auth }))),
  async *stream(auth, lastEventId, signal) {
    const { stream } = await openStream({ auth, query: { lastEventId }, signal })
    yield* stream
  },
})
