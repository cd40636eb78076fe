/** What makes messages of the bytes of a stream, however they are cut, and knows where to resume. */
export interface ByteReader {
  /** The ids of the messages that were shown, in order. */
  readonly ids: number[]
  readonly cursor: string
  /** @param bytes as text, a character each */
  read(bytes: string): void
  lineLost(): void
}

/** Takes whole lines; the rest is up to its kind. */
abstract class LineReader implements ByteReader {
  readonly ids: number[] = []
  cursor = ''
  #rest = ''

  read(bytes: string): void {
    const lines = (this.#rest + bytes).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.take(line)
  }

  /** A line that was not ended is no line. */
  lineLost(): void {
    this.#rest = ''
  }

  protected abstract take(line: string): void

  protected show(data: string): void {
    const { id, text } = JSON.parse(data)
    if (text !== undefined) this.ids.push(id)
  }
}

/** As the HTML standard has it: an event is what a blank line ends, and nothing before that counts. */
export class StrictReader extends LineReader {
  #fields: { data?: string; id?: string } = {}

  override lineLost(): void {
    super.lineLost()
    this.#fields = {}
  }

  protected take(line: string): void {
    if (line !== '') {
      const [, name = '', value = ''] = /^(\w+): (.*)$/.exec(line) ?? []
      this.#fields = { ...this.#fields, [name]: value }
      return
    }
    const { data, id } = this.#fields
    this.#fields = {}
    if (id !== undefined) this.cursor = id
    if (data !== undefined) this.show(data)
  }
}

/** Takes each line for what it says as soon as it is there: at an id, what has come counts as shown. */
export class GreedyReader extends LineReader {
  #data: string | undefined

  override lineLost(): void {
    super.lineLost()
    this.#data = undefined
  }

  protected take(line: string): void {
    if (line.startsWith('data: ')) this.#data = line.slice(6)
    if (!line.startsWith('id: ')) return
    this.cursor = line.slice(4)
    if (this.#data !== undefined) this.show(this.#data)
    this.#data = undefined
  }
}

/**
 * Takes what has come of an event for one when the line breaks, and keeps the lines: what it shows
 * without an id comes again, so it leaves out what it has shown.
 */
export class KeepingReader extends LineReader {
  #data: string | undefined

  override lineLost(): void {
    super.lineLost()
    this.take('')
  }

  protected take(line: string): void {
    if (line.startsWith('data: ')) this.#data = line.slice(6)
    if (line.startsWith('id: ')) this.cursor = line.slice(4)
    if (line === '' && this.#data !== undefined) {
      this.show(this.#data)
      this.#data = undefined
    }
  }

  protected override show(data: string): void {
    if (!this.ids.includes(JSON.parse(data).id)) super.show(data)
  }
}
