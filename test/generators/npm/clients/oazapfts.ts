import * as obrol from '../generated/oazapfts'
import { Refusal, tell, url } from '../story'

obrol.defaults.baseUrl = url

type Answered = { status: number; data?: unknown }
type Given<A extends Answered> = Exclude<A['data'], obrol.Problem | undefined>

async function given<A extends Answered>(call: Promise<A>): Promise<Given<A>> {
  const { status, data } = await call
  if (status >= 400) throw new Refusal(status, data as obrol.Problem)
  return data as Given<A>
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

await tell({
  register: (username, password) => given(obrol.register({ username, password })),
  login: (username, password) => given(obrol.login({ username, password })),
  me: (token) => given(obrol.getMe(as(token))),
  broadcast: (token, text, idempotencyKey) =>
    given(obrol.sendBroadcast({ text }, { idempotencyKey }, as(token))),
  direct: (token, to, text) =>
    given(obrol.sendDirect({ to, text, whenOffline: 'keep' }, {}, as(token))),
  page: (token, after, limit) => given(obrol.listMessages({ after, limit }, as(token))),
  message: (token, id) => given(obrol.getMessage(id, as(token))),
  online: (token) => given(obrol.listOnlineUsers({}, as(token))),
  streamToken: (token) => given(obrol.createStreamToken(as(token))),
  logout: async (token) => void (await given(obrol.logout(as(token)))),
})
