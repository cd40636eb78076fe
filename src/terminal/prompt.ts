import { emitKeypressEvents, type Key } from 'node:readline'
import type { ReadStream } from 'node:tty'
import { formatNames, formatNotice } from './format.ts'
import { type KeyResult, LineEditor, type LineOptions } from './line-editor.ts'
import type { Segment } from './palette.ts'
import type { Screen } from './screen.ts'
import type { TerminalModes } from './terminal-modes.ts'

/** A prompt, and the options of the line that answers it. */
export interface Question extends LineOptions {
  prompt: readonly Segment[]
  /** The typed text is not shown. */
  hidden?: boolean
  /** The text that stays on the screen after the prompt; undefined: not even the prompt. */
  echo: (line: string) => string | undefined
}

interface PendingQuestion {
  question: Question
  answer: (line: string | undefined) => void
}

type KeyPress = [typed: string | undefined, key: Key]

const canSuspend = process.platform !== 'win32'

/** Asks for lines. Keys typed while no question is pending wait for the next one. */
export class Prompt {
  readonly #input: ReadStream
  readonly #screen: Screen
  readonly #modes: TerminalModes
  readonly #editor = new LineEditor()
  readonly #leaveController = new AbortController()
  readonly #typeAhead: KeyPress[] = []
  #pending: PendingQuestion | undefined
  #interruptedOnce = false

  constructor(input: ReadStream, screen: Screen, modes: TerminalModes) {
    this.#input = input
    this.#screen = screen
    this.#modes = modes
    emitKeypressEvents(input)
    input.on('keypress', this.#onKey)
    input.once('end', () => this.#leave())
    input.resume()
  }

  /** Aborted when the user leaves: Ctrl-D, or Ctrl-C twice, on an empty line. */
  get leaveSignal(): AbortSignal {
    return this.#leaveController.signal
  }

  /** Resolves with the typed line, or with undefined if the user leaves. */
  ask(question: Question): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#pending = { question, answer: resolve }
    if (this.leaveSignal.aborted) this.#leave()
    this.#show()
    for (const [typed, key] of this.#typeAhead.splice(0)) this.#onKey(typed, key)
    return promise
  }

  /** Stops reading keys. */
  close(): void {
    this.#input.off('keypress', this.#onKey)
    this.#input.pause()
  }

  readonly #onKey = (typed: string | undefined, key: Key): void => {
    if (this.#pending)
      this.#onKeyResult(this.#pending, this.#editor.press(typed, key, this.#pending.question))
    else this.#bufferKey(typed, key)
    this.#show()
  }

  #onKeyResult(asked: PendingQuestion, pressed: KeyResult): void {
    const warned = this.#interruptedOnce
    this.#interruptedOnce = pressed.kind === 'interrupt'
    if (pressed.kind === 'line') this.#finish(asked, pressed.text)
    else if (pressed.kind === 'end' || (this.#interruptedOnce && warned)) this.#leave()
    else if (pressed.kind === 'interrupt')
      this.#screen.show(formatNotice('press Ctrl-C again to leave'))
    else if (pressed.kind === 'suspend') this.#suspend()
    else if (pressed.kind === 'clear') this.#screen.clear()
    else if (pressed.kind === 'choices')
      for (const name of formatNames(pressed.candidates)) this.#screen.show(name)
  }

  /** Ctrl-C aborts a running call even while no question is pending. */
  #bufferKey(typed: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'c') this.#leaveController.abort()
    else this.#typeAhead.push([typed, key])
  }

  #finish({ question, answer }: PendingQuestion, line: string): void {
    const trace = question.echo(line)
    if (trace !== undefined)
      this.#screen.commitInput({ ...inputOptions(question), before: trace, after: '' })
    this.#pending = undefined
    answer(line)
  }

  #leave(): void {
    this.#leaveController.abort()
    this.#pending?.answer(undefined)
    this.#pending = undefined
  }

  /** Gives the terminal back to the shell. The timer does not run while the process is stopped. */
  #suspend(): void {
    this.#screen.suspend()
    this.#modes.leave()
    canSuspend && process.kill(0, 'SIGTSTP')
    setTimeout(() => {
      this.#modes.enter()
      this.#screen.draw()
    }, 50)
  }

  #show(): void {
    const { before, after } = this.#editor.line
    this.#screen.setInput(
      this.#pending && { ...inputOptions(this.#pending.question), before, after },
    )
  }
}

function inputOptions({ prompt, hidden = false }: Question) {
  return { prompt, hidden }
}
