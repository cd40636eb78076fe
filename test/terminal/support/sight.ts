/** So long anything may take to be seen, in ms. */
const deadlineMs = 20_000

/** A text that grows, and whoever waits for something in it. */
export class Sight {
  readonly #text: () => string
  #look: () => void = () => {}

  constructor(text: () => string) {
    this.#text = text
  }

  /** The text has changed. */
  look(): void {
    this.#look()
  }

  /** Resolves once the text is so. @throws {Error} with the text, at the deadline */
  async sees(about: string | RegExp, isSo = (text: string) => holds(text, about)): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#look = () => isSo(this.#text()) && resolve()
    const timer = setTimeout(
      () => reject(new Error(`not seen: ${about}, but:\n${this.#text()}`)),
      deadlineMs,
    )
    this.#look()
    await promise.finally(() => clearTimeout(timer))
  }
}

function holds(text: string, what: string | RegExp): boolean {
  return typeof what === 'string' ? text.includes(what) : what.test(text)
}
