import { isAxiosError } from 'axios'
import { createApiClient } from '../generated/openapi-zod-client'
import { Refusal, tell, url } from '../story'

const obrol = createApiClient(url)

function given<T>(call: Promise<T>): Promise<T> {
  return call.catch((error) => {
    if (isAxiosError(error) && error.response)
      throw new Refusal(error.response.status, error.response.data)
    throw error
  })
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
const withKey = (token: string, key: string) => ({
  headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': key },
})

await tell({
  register: (username, password) => given(obrol.register({ username, password })),
  login: (username, password) => given(obrol.login({ username, password })),
  me: (token) => given(obrol.getMe(as(token))),
  broadcast: (token, text, key) => given(obrol.sendBroadcast({ text }, withKey(token, key))),
  direct: (token, to, text) =>
    given(obrol.sendDirect({ to, text, whenOffline: 'keep' }, as(token))),
  page: (token, after, limit) =>
    given(obrol.listMessages({ ...as(token), queries: { after, limit } })),
  message: (token, id) => given(obrol.getMessage({ ...as(token), params: { id } })),
  online: (token) => given(obrol.listOnlineUsers(as(token))),
  streamToken: (token) => given(obrol.createStreamToken(undefined, as(token))),
  logout: async (token) => void (await given(obrol.logout(undefined, as(token)))),
})
