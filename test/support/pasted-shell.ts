import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** A line may take so long, in ms; those that wait inside need a few seconds. */
const deadlineMs = 30_000

/** What may be typed again where a busy machine had not got so far: it only looks. */
const repeatable = /^cat |^curl -sN -m /

/** One shell that lines are typed into, as into a terminal. */
export class PastedShell {
  readonly #process: ChildProcessWithoutNullStreams
  #printed = ''
  #typed = 0
  errors = ''

  /** @param folder where its files go */
  constructor(folder: string) {
    this.#process = spawn('sh', { cwd: folder, stdio: 'pipe' })
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      this.#printed += text
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.errors += text
    })
  }

  /** Types a line; resolves with what it printed. */
  async run(line: string): Promise<string> {
    const mark = `--- end of line ${++this.#typed} ---\n`
    const until = Date.now() + deadlineMs
    this.#process.stdin.write(`${line}\nprintf '%s' '${mark}'\n`)
    while (!this.#printed.endsWith(mark)) {
      if (Date.now() > until) throw new Error(`${line}: printed ${this.#printed}${this.errors}`)
      await delay(5)
    }
    const printed = this.#printed.slice(0, -mark.length)
    this.#printed = ''
    return printed
  }

  /**
   * Types the lines of a block, pasted from a page; resolves with what they printed. One that only
   * looks is typed again until everything that the page shows has been printed: what a stream brings
   * comes a moment after the post's answer.
   */
  async paste(lines: string[], url: string, shown: string): Promise<string> {
    let printed = ''
    for (const line of lines) {
      const typed = line.replace(/^OBROL=.*/, `OBROL=${url}`)
      const until = Date.now() + deadlineMs
      let looked = await this.run(typed)
      while (
        repeatable.test(line) &&
        steady(printed + looked) !== steady(shown) &&
        Date.now() < until
      ) {
        await delay(20)
        looked = await this.run(typed)
      }
      printed += looked
    }
    return printed
  }

  async end(): Promise<void> {
    // Whatever the page still has open: the shell is at its end whether it was told or not.
    this.#process.stdin.end('kill $stream 2>/dev/null\n')
    const stuck = setTimeout(() => this.#process.kill('SIGKILL'), 2_000)
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await new Promise((resolve) => this.#process.once('exit', resolve))
    clearTimeout(stuck)
  }
}

/** Without what differs from run to run: times, epochs, tokens and their ids, how long to wait. */
export function steady(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/\b(\d+)-[0-9a-z]{8}(?=["\n])/g, '$1-EPOCH')
    .replaceAll(/^(Setup code: ).*$/gm, '$1CODE')
    .replaceAll(/"token":"[\w.-]+"/g, '"token":"TOKEN"')
    .replaceAll(/"id":\d+(?=,"name":"[^"]+","scopes":)/g, '"id":ID')
    .replaceAll(/^(retry-after: )\d+$/gm, '$1SECONDS')
    .trimEnd()
}

/** What a page shows, where so many ids were given before. */
export function withHigherIds(shown: string, by: number): string {
  return shown.replaceAll(
    /("(?:id|replyTo|head|lastId|readUpTo|asOf)":|"cursor":"|^id: )(\d+)/gm,
    (_, name, id) => `${name}${Number(id) + by}`,
  )
}
