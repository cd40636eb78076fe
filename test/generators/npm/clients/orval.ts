import {
  createStreamToken,
  getMe,
  getMessage,
  listMessages,
  listOnlineUsers,
  login,
  logout,
  type Problem,
  register,
  sendBroadcast,
  sendDirect,
} from '../generated/orval'
import { Refusal, tell } from '../story'

type Answered = { status: number; data: unknown }
/** What a call gives where it is not refused: all its answers but those of problems. */
type Given<A extends Answered> = Exclude<A['data'], Problem>

async function given<A extends Answered>(call: Promise<A>): Promise<Given<A>> {
  const { status, data } = await call
  if (status >= 400) throw new Refusal(status, data as Problem)
  return data as Given<A>
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

await tell({
  register: (username, password) => given(register({ username, password })),
  login: (username, password) => given(login({ username, password })),
  me: (token) => given(getMe(as(token))),
  broadcast: (token, text, key) =>
    given(sendBroadcast({ text }, { 'Idempotency-Key': key }, as(token))),
  direct: (token, to, text) => given(sendDirect({ to, text, whenOffline: 'keep' }, {}, as(token))),
  page: (token, after, limit) => given(listMessages({ after, limit }, as(token))),
  message: (token, id) => given(getMessage(id, as(token))),
  online: (token) => given(listOnlineUsers({}, as(token))),
  streamToken: (token) => given(createStreamToken(as(token))),
  logout: async (token) => void (await given(logout(as(token)))),
})
