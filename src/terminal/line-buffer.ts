import { graphemes } from './display-width.ts'

const word = /[\p{L}\p{M}\p{N}_]/u

/** The typed line and its cursor, which moves by graphemes. */
export class LineBuffer {
  #before: string[] = []
  #after: string[] = []
  /** The text that was cut last. */
  #cut = ''

  get text(): string {
    return this.before + this.after
  }

  /** The text left of the cursor. */
  get before(): string {
    return this.#before.join('')
  }

  get after(): string {
    return this.#after.join('')
  }

  /** Replaces the line and moves the cursor to its end. */
  set(text: string): void {
    this.#before = graphemes(text)
    this.#after = []
  }

  /** Replaces the text right of the cursor. */
  setAfter(text: string): void {
    this.#after = graphemes(text)
  }

  insert(text: string): void {
    // A combining mark joins the letter before it, so all graphemes to the left are split again.
    this.#before = graphemes(this.before + text)
  }

  left(): void {
    this.#after.unshift(...this.#before.splice(-1))
  }

  right(): void {
    this.#before.push(...this.#after.splice(0, 1))
  }

  wordLeft(): void {
    this.#after.unshift(...this.#before.splice(this.#startOfWord()))
  }

  wordRight(): void {
    this.#before.push(...this.#after.splice(0, this.#endOfWord()))
  }

  home(): void {
    this.#after.unshift(...this.#before.splice(0))
  }

  end(): void {
    this.#before.push(...this.#after.splice(0))
  }

  deleteLeft(): void {
    this.#before.pop()
  }

  deleteRight(): void {
    this.#after.shift()
  }

  cutToStart(): void {
    this.#setCut(this.#before.splice(0))
  }

  cutToEnd(): void {
    this.#setCut(this.#after.splice(0))
  }

  /** Cuts back to the space before the word, as Ctrl-W does in a shell. */
  cutToBlank(): void {
    let at = this.#before.length
    while (this.#before[at - 1]?.trim() === '') at--
    while (at > 0 && this.#before[at - 1]?.trim() !== '') at--
    this.#setCut(this.#before.splice(at))
  }

  cutWordLeft(): void {
    this.#setCut(this.#before.splice(this.#startOfWord()))
  }

  cutWordRight(): void {
    this.#setCut(this.#after.splice(0, this.#endOfWord()))
  }

  /** Inserts the text that was cut last. */
  yank(): void {
    this.insert(this.#cut)
  }

  /** Swaps the two characters around the cursor, or the two before it at the end of the line. */
  transpose(): void {
    if (this.#after.length === 0) this.left()
    const [next] = this.#after
    const previous = this.#before.pop()
    if (previous === undefined || next === undefined) return
    this.#after.shift()
    this.#before.push(next, previous)
  }

  #setCut(cut: string[]): void {
    if (cut.length > 0) this.#cut = cut.join('')
  }

  #startOfWord(): number {
    let at = this.#before.length
    while (at > 0 && !word.test(this.#before[at - 1] as string)) at--
    while (at > 0 && word.test(this.#before[at - 1] as string)) at--
    return at
  }

  #endOfWord(): number {
    let at = 0
    while (at < this.#after.length && !word.test(this.#after[at] as string)) at++
    while (at < this.#after.length && word.test(this.#after[at] as string)) at++
    return at
  }
}
