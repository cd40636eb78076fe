/** An event as the HTML standard dispatches it (section 9.2.6). */
export interface SpecEvent {
  type: string
  data: string
  lastEventId: string
}

/**
 * Reads `text/event-stream` line for line as the HTML standard says, every kind of line ending and
 * every field included, so that whatever could break the framing does break it here.
 */
export class SpecReader {
  readonly events: SpecEvent[] = []
  /** Lines whose field is none that the standard knows; a sound stream has no such line. */
  readonly oddLines: string[] = []
  #rest = ''
  #begun = false
  #data: string[] = []
  #type = ''
  #id = ''

  read(text: string): void {
    this.#rest += this.#begun ? text : text.replace(/^\ufeff/, '')
    this.#begun = true
    // A carriage return at the end may be half of a line ending.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() as string
    for (const line of lines) this.#readLine(line)
  }

  #readLine(line: string): void {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (line === '') this.#dispatch()
    else if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#type = value
    else if (field === 'id') this.#id = value
    else if (field !== 'retry') this.oddLines.push(line)
  }

  #dispatch(): void {
    if (this.#data.length > 0)
      this.events.push({
        type: this.#type || 'message',
        data: this.#data.join('\n'),
        lastEventId: this.#id,
      })
    this.#data = []
    this.#type = ''
  }
}

/** Opens a stream and reads it until it is cut off or the condition holds. */
export async function readUntil(
  url: string,
  headers: Record<string, string>,
  enough: (events: SpecEvent[]) => boolean,
): Promise<SpecReader> {
  const reader = new SpecReader()
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })
  const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>>
  const text = body.pipeThrough(new TextDecoderStream('utf-8', { fatal: true, ignoreBOM: true }))
  for await (const chunk of text) {
    reader.read(chunk)
    if (enough(reader.events)) break
  }
  return reader
}
