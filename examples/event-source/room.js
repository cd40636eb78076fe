/** Three heartbeats of 15 s: a line that is silent for longer is dead. In ms. */
const silenceMs = 45_000
/** The first and the longest wait before a stream that has ended for good is opened anew, in ms. */
const firstWaitMs = 1_000
const longestWaitMs = 30_000

const element = (id) => document.getElementById(id)
const server = () => element('server').value.replace(/\/$/, '')
const say = (state) => {
  element('state').textContent = state
}

let token
let events
/** The last `id:` that came: EventSource remembers it too, but not for the one opened after it. */
let cursor = ''
/** The highest id that is shown. */
let seen = 0
let waitMs = firstWaitMs
let silence

/** @throws {Error} with the problem's code as its name */
async function call(method, path, body, headers = {}) {
  const answer = await fetch(server() + path, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  })
  if (answer.ok) return answer.json()
  const { type = '', detail } = await answer.json().catch(() => ({}))
  throw Object.assign(new Error(detail ?? `status ${answer.status}`), {
    name: type.replace('/problems/', ''),
    status: answer.status,
    retryAfterMs: Number(answer.headers.get('Retry-After')) * 1000,
  })
}

async function comeIn(credentials) {
  try {
    return await call('POST', '/v1/login', credentials)
  } catch (error) {
    if (error.name !== 'unknown-user') throw error
    return call('POST', '/v1/register', credentials)
  }
}

/** Opens the stream where the last one was. Its token is in the address, so it is one of its own. */
async function listen() {
  const opening = await call('POST', '/v1/events/token')
  const address = new URL(`${server()}/v1/events`)
  address.searchParams.set('token', opening.token)
  address.searchParams.set('lastEventId', cursor)
  events = new EventSource(address)
  watch()
  on('ready', ({ user, onlineCount }) => {
    waitMs = firstWaitMs
    say(`${user} is here, ${onlineCount} online`)
  })
  on('message', show)
  on('presence', ({ onlineCount }) => say(`${onlineCount} online`))
  on('heartbeat', () => {})
  on('reset', forget)
  on('bye', ({ reason }) => {
    if (reason === 'logged-out' || reason === 'replaced') leave(`The server said bye: ${reason}`)
  })
  // A line that broke is opened again by EventSource itself; an answer other than 200 ends it.
  events.addEventListener('error', () => {
    say('Reconnecting …')
    if (events.readyState === EventSource.CLOSED) listenAgain()
  })
}

/** Hears of the events of one name, and notes how far the stream has come. */
function on(name, hear) {
  const from = events
  from.addEventListener(name, ({ data, lastEventId }) => {
    // An event without data of the server's own is the browser's.
    if (data === undefined || from !== events) return
    watch()
    hear(JSON.parse(data))
    cursor = lastEventId
  })
}

/** EventSource does not notice a line that is dead without being closed. */
function watch() {
  clearTimeout(silence)
  silence = setTimeout(listenAgain, silenceMs)
}

async function listenAgain(error) {
  clearTimeout(silence)
  events?.close()
  const asked = error?.retryAfterMs || 0
  await new Promise((resolve) =>
    setTimeout(resolve, Math.max(asked, waitMs * (1 + Math.random() / 2))),
  )
  waitMs = Math.min(waitMs * 2, longestWaitMs)
  await listen().catch((failure) => {
    if (failure.status === 401) leave('The session is over: come in again')
    else listenAgain(failure)
  })
}

function leave(why) {
  clearTimeout(silence)
  events?.close()
  token = undefined
  element('speak').hidden = true
  say(why)
}

function show({ id, kind, from, to, text }) {
  if (id <= seen) return
  seen = id
  // What is said in rooms, and kinds of later versions, are left alone.
  if (kind !== 'broadcast' && kind !== 'direct') return
  const line = document.createElement('li')
  line.dataset.id = id
  line.textContent = kind === 'direct' ? `[${from} → ${to}] ${text}` : `[${from}] ${text}`
  element('said').append(line)
}

/** What lies past `from` is void: the log may have gone back. After a plain restart there is none. */
function forget({ reason, from }) {
  if (reason === 'trimmed') return
  for (const line of [...element('said').children])
    if (Number(line.dataset.id) > from) line.remove()
  seen = Math.min(seen, from)
}

/** Sent until it is known to be in the log; the key makes that safe. */
async function speak(text) {
  // Not randomUUID, which browsers have in secure contexts alone.
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36))
  for (;;) {
    try {
      return await call(
        'POST',
        '/v1/messages/broadcast',
        { text },
        { 'Idempotency-Key': key.join('-') },
      )
    } catch (error) {
      const status = error.status ?? 503
      if (status < 500 && status !== 408 && status !== 429) throw error
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs || firstWaitMs))
    }
  }
}

element('door').addEventListener('submit', async (event) => {
  event.preventDefault()
  try {
    const credentials = { username: element('name').value, password: element('password').value }
    token = (await comeIn(credentials)).token
    element('speak').hidden = false
    await listen()
  } catch (error) {
    say(error.message)
  }
})

element('speak').addEventListener('submit', async (event) => {
  event.preventDefault()
  const text = element('text').value
  element('text').value = ''
  try {
    await speak(text)
  } catch (error) {
    say(error.message)
  }
})
