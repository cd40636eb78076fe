/** How long `waitFor` waits, in ms. */
const deadlineMs = 20_000

/** A growing text in which a test can wait for a pattern. */
export class AwaitableText {
  readonly #text: () => string
  #check: () => void = () => {}

  constructor(text: () => string) {
    this.#text = text
  }

  /** To be called after each change of the text. */
  changed(): void {
    this.#check()
  }

  /** @throws {Error} with the text, at the deadline */
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
