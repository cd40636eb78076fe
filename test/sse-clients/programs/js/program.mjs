/** What all of these programs have in common: where the stream is, and how its events are told. */
export const { STREAM_URL: address, TOKEN: token } = process.env

export const authorization = { Authorization: `Bearer ${token}` }

export const kinds = ['message', 'ready', 'presence', 'heartbeat', 'reset', 'bye']

/** Prints an event as a line of JSON. */
export function tell(event, data, id = '') {
  process.stdout.write(`${JSON.stringify({ event, data, id })}\n`)
}

/** The session is over: nothing more will come. */
export function over() {
  process.exit(0)
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Opens the stream again and again, after the last id, and has each of its answers read. */
export async function follow(read) {
  const state = { cursor: '', retryMs: 1_000 }
  for (;;) {
    try {
      const headers = state.cursor === '' ? {} : { 'Last-Event-ID': state.cursor }
      const response = await fetch(address, { headers: { ...headers, ...authorization } })
      if (response.status === 401) over()
      if (response.ok) await read(response, state)
    } catch (error) {
      process.stderr.write(`${error}\n`)
    }
    await pause(state.retryMs)
  }
}
