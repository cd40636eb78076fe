import { emitKeypressEvents, type Key } from 'node:readline'
import type { ReadStream } from 'node:tty'
import { type EditorHelp, LineEditor, type Pressed } from './line-editor.ts'
import type { Segment } from './palette.ts'
import type { Screen } from './screen.ts'
import { namesTold, notice } from './tellings.ts'
import type { TerminalModes } from './terminal-modes.ts'

/** What is asked, and how its answer is typed. */
export interface Question extends EditorHelp {
  prompt: readonly Segment[]
  /** What is typed is not shown. */
  hidden?: boolean
  /** What of an answer stays on the screen; undefined: nothing, nor the prompt. */
  trace: (line: string) => string | undefined
}

interface Asked {
  question: Question
  answer: (line: string | undefined) => void
}

type Typed = [typed: string | undefined, key: Key]

const canSuspend = process.platform !== 'win32'

/** Asks for lines. What is typed while nothing is asked waits for the next question. */
export class Prompt {
  readonly #input: ReadStream
  readonly #screen: Screen
  readonly #modes: TerminalModes
  readonly #editor = new LineEditor()
  readonly #left = new AbortController()
  readonly #ahead: Typed[] = []
  #asked: Asked | undefined
  #warned = false

  constructor(input: ReadStream, screen: Screen, modes: TerminalModes) {
    this.#input = input
    this.#screen = screen
    this.#modes = modes
    emitKeypressEvents(input)
    input.on('keypress', this.#onKey)
    input.once('end', () => this.#leave())
    input.resume()
  }

  /** Aborted once the person wants to leave: Ctrl-D, or Ctrl-C twice, on an empty line. */
  get left(): AbortSignal {
    return this.#left.signal
  }

  /** Resolves with the line that was typed; undefined: the person wants to leave. */
  ask(question: Question): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#asked = { question, answer: resolve }
    if (this.left.aborted) this.#leave()
    this.#show()
    for (const [typed, key] of this.#ahead.splice(0)) this.#onKey(typed, key)
    return promise
  }

  /** Takes no more keys. */
  close(): void {
    this.#input.off('keypress', this.#onKey)
    this.#input.pause()
  }

  readonly #onKey = (typed: string | undefined, key: Key): void => {
    if (this.#asked) this.#take(this.#asked, this.#editor.press(typed, key, this.#asked.question))
    else this.#keep(typed, key)
    this.#show()
  }

  #take(asked: Asked, pressed: Pressed): void {
    const warned = this.#warned
    this.#warned = pressed.kind === 'interrupt'
    if (pressed.kind === 'line') this.#finish(asked, pressed.text)
    else if (pressed.kind === 'end' || (this.#warned && warned)) this.#leave()
    else if (pressed.kind === 'interrupt') this.#screen.show(notice('Ctrl-C again leaves'))
    else if (pressed.kind === 'suspend') this.#suspend()
    else if (pressed.kind === 'clear') this.#screen.clear()
    else if (pressed.kind === 'choices')
      for (const told of namesTold(pressed.candidates)) this.#screen.show(told)
  }

  /** A call under way can be broken off, though nothing is asked. */
  #keep(typed: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'c') this.#left.abort()
    else this.#ahead.push([typed, key])
  }

  #finish({ question, answer }: Asked, line: string): void {
    const trace = question.trace(line)
    if (trace !== undefined)
      this.#screen.leaveStanding({ ...edited(question), before: trace, after: '' })
    this.#asked = undefined
    answer(line)
  }

  #leave(): void {
    this.#left.abort()
    this.#asked?.answer(undefined)
    this.#asked = undefined
  }

  /** Gives the terminal back to the shell. Timers stand still while one is suspended. */
  #suspend(): void {
    this.#screen.withdraw()
    this.#modes.leave()
    canSuspend && process.kill(0, 'SIGTSTP')
    setTimeout(() => {
      this.#modes.enter()
      this.#screen.draw()
    }, 50)
  }

  #show(): void {
    const { before, after } = this.#editor.line
    this.#screen.setEdited(this.#asked && { ...edited(this.#asked.question), before, after })
  }
}

function edited({ prompt, hidden = false }: Question) {
  return { prompt, hidden }
}
