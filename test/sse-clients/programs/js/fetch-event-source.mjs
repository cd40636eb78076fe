// It asks for a browser's window and document.
globalThis.window = globalThis
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} }
const { fetchEventSource } = await import('@microsoft/fetch-event-source')
const { address, authorization, over, tell } = await import('./program.mjs')

await fetchEventSource(address, {
  headers: authorization,
  openWhenHidden: true,
  async onopen({ status }) {
    if (status === 401) over()
    if (status !== 200) throw new Error(`answered ${status}`)
  },
  onmessage({ event, data, id }) {
    tell(event, data, id)
  },
  // Unless this throws, the end of a stream is the end of it all.
  onclose() {
    throw new Error('the stream ended')
  },
  onerror() {},
})
