import { Line } from './line.ts'
import type { Port } from './protocol.ts'

/** Gives the tabs of each session one line. */
export class Switchboard {
  readonly #lines = new Map<string, Line>()

  /** Listens to a tab from now on. */
  connect(port: Port): void {
    let line: Line | undefined
    port.addEventListener('message', ({ data }) => {
      if (data.type === 'hurry') return line?.hurry()
      line?.remove(port)
      line = data.type === 'attach' ? this.#lineOf(data.server, data.token) : undefined
      line?.add(port)
    })
    port.start()
  }

  #lineOf(server: string, token: string): Line {
    const key = `${server} ${token}`
    const open = this.#lines.get(key)
    if (open) return open
    const line = new Line(server, token, () => this.#lines.delete(key))
    this.#lines.set(key, line)
    return line
  }
}
