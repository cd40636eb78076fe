import type { Key } from 'node:readline'
import { type Completion, commonPrefix } from './completion.ts'
import { LineBuffer } from './line-buffer.ts'
import { LineHistory } from './line-history.ts'

/** The effect of a key. */
export type KeyResult =
  | { kind: 'edited' | 'end' | 'interrupt' | 'suspend' | 'clear' }
  | { kind: 'line'; text: string }
  | { kind: 'choices'; candidates: string[] }

/** Options of one line. */
export interface LineOptions {
  /** The candidates for Tab; default: none. */
  complete?: (before: string) => Completion
  /** Whether the line goes into the history. */
  remembered?: boolean
}

const edited = { kind: 'edited' } as const

/** The keys of Emacs and of shells. */
const editingKeys: Record<string, (line: LineBuffer) => void> = {
  left: (line) => line.left(),
  right: (line) => line.right(),
  home: (line) => line.home(),
  end: (line) => line.end(),
  backspace: (line) => line.deleteLeft(),
  delete: (line) => line.deleteRight(),
  'C-left': (line) => line.wordLeft(),
  'C-right': (line) => line.wordRight(),
  'M-backspace': (line) => line.cutWordLeft(),
  'M-d': (line) => line.cutWordRight(),
  'C-k': (line) => line.cutToEnd(),
  'C-t': (line) => line.transpose(),
  'C-u': (line) => line.cutToStart(),
  'C-w': (line) => line.cutToBlank(),
  'C-y': (line) => line.yank(),
}

const keyAliases: Record<string, string> = {
  'C-a': 'home',
  'C-b': 'left',
  'C-e': 'end',
  'C-f': 'right',
  'C-h': 'backspace',
  'C-n': 'down',
  'C-p': 'up',
  'M-b': 'C-left',
  'M-f': 'C-right',
  'M-left': 'C-left',
  'M-right': 'C-right',
  'C-delete': 'M-d',
  enter: 'return',
}

/** Turns keys into lines: moving, cutting, completing, history and pasting. */
export class LineEditor {
  readonly line = new LineBuffer()
  readonly #history = new LineHistory()
  /** The text that is being pasted, until the paste ends. */
  #pasted: string | undefined
  #lastKey = ''

  /** @param typed the character, if the key has one */
  press(typed: string | undefined, key: Key, help: LineOptions): KeyResult {
    const name = keyName(key)
    if (name === 'paste-start') this.#pasted = ''
    else if (name === 'paste-end') this.#paste()
    else if (this.#pasted !== undefined) this.#pasted += key.sequence
    else return this.#handleKey(name, typed, help)
    return edited
  }

  #handleKey(name: string, typed: string | undefined, help: LineOptions): KeyResult {
    const again = this.#lastKey === name
    this.#lastKey = name
    if (name === 'return') return this.#finish(help)
    if (name === 'tab') return this.#complete(help, again)
    if (name === 'C-c') return this.#interrupt()
    if (name === 'C-d') return this.#deleteOrEnd()
    if (name === 'C-l') return { kind: 'clear' }
    if (name === 'C-z') return { kind: 'suspend' }
    if (name === 'up') this.#show(help.remembered && this.#history.older(this.line.text))
    else if (name === 'down') this.#show(help.remembered && this.#history.newer())
    else if (Object.hasOwn(editingKeys, name)) editingKeys[name]?.(this.line)
    else if (isText(typed) && !/^[CM]-/.test(name)) this.line.insert(typed)
    return edited
  }

  #finish({ remembered }: LineOptions): KeyResult {
    const { text } = this.line
    if (remembered) this.#history.add(text)
    this.line.set('')
    return { kind: 'line', text }
  }

  #interrupt(): KeyResult {
    if (this.line.text === '') return { kind: 'interrupt' }
    this.line.set('')
    return edited
  }

  #deleteOrEnd(): KeyResult {
    if (this.line.text === '') return { kind: 'end' }
    this.line.deleteRight()
    return edited
  }

  #show(text: string | undefined | false): void {
    if (typeof text === 'string') this.line.set(text)
  }

  #complete({ complete }: LineOptions, again: boolean): KeyResult {
    const { word, candidates } = complete?.(this.line.before) ?? { word: '', candidates: [] }
    const start = commonPrefix(candidates)
    if (candidates.length === 1) this.#replace(word, `${start} `)
    else if (start.length > word.length) this.#replace(word, start)
    else if (again && candidates.length > 0) return { kind: 'choices', candidates }
    return edited
  }

  #replace(word: string, by: string): void {
    const { before, after } = this.line
    this.line.set(before.slice(0, before.length - word.length) + by)
    this.line.setAfter(after)
  }

  /** A pasted line break is part of the text and does not send it. */
  #paste(): void {
    const text = (this.#pasted as string).replaceAll(/\r\n?/g, '\n').replace(/\n$/, '')
    this.line.insert(text.replaceAll(/[^\P{Cc}\n\t]/gu, ''))
    this.#pasted = undefined
  }
}

function isText(typed: string | undefined): typed is string {
  return typed !== undefined && !/\p{Cc}/u.test(typed)
}

function keyName({ name = '', ctrl, meta }: Key): string {
  const full = `${ctrl ? 'C-' : ''}${meta ? 'M-' : ''}${name}`
  return keyAliases[full] ?? full
}
