/** So long anything may take to be seen, in ms. */
const deadlineMs = 20_000

/** A text that grows, and whoever waits for something in it. */
export class AwaitableText {
  readonly #text: () => string
  #check: () => void = () => {}

  constructor(text: () => string) {
    this.#text = text
  }

  /** The text has changed. */
  changed(): void {
    this.#check()
  }

  /** Resolves once the text is so. @throws {Error} with the text, at the deadline */
  async waitFor(
    about: string | RegExp,
    isSo = (text: string) => holds(text, about),
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#check = () => isSo(this.#text()) && resolve()
    const timer = setTimeout(
      () => reject(new Error(`not seen: ${about}, but:\n${this.#text()}`)),
      deadlineMs,
    )
    this.#check()
    await promise.finally(() => clearTimeout(timer))
  }
}

function holds(text: string, what: string | RegExp): boolean {
  return typeof what === 'string' ? text.includes(what) : what.test(text)
}
