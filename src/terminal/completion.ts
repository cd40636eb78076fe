import {
  type ChatCommand,
  chatCommands,
  firstWord,
  isChatCommand,
  loginCommands,
} from './commands.ts'

/** The candidates for the word before the cursor. */
export interface Completion {
  word: string
  candidates: string[]
}

/** Completes the commands of the login prompt. */
export function completeLogin(before: string): Completion {
  const word = lastWord(before)
  return { word, candidates: isFirstWord(before) ? matching(word, Object.keys(loginCommands)) : [] }
}

/** The names that can be completed. */
export interface KnownNames {
  users: Iterable<string>
  rooms: Iterable<string>
}

/** Completes chat commands, and names after those that take one. */
export function completeChat(before: string, { users, rooms }: KnownNames): Completion {
  const word = lastWord(before)
  if (isFirstWord(before)) return { word, candidates: matching(word, Object.keys(chatCommands)) }
  const [command, rest] = firstWord(before)
  const kind = isChatCommand(command)
    ? kindOfWord(chatCommands[command].completes, rest)
    : undefined
  // In a text, Tab after a space would offer all names, so a name needs its first letter.
  if (kind === undefined || (kind === 'text' && word === '')) return { word, candidates: [] }
  return { word, candidates: matching(word, kind === 'room' ? rooms : users) }
}

/** What the last word of what follows a command is. */
function kindOfWord(kinds: ChatCommand['completes'], rest: string) {
  const index = rest.trimStart().split(/\s+/).length - 1
  return kinds[index] ?? (kinds.at(-1) === 'text' ? 'text' : undefined)
}

/** In whole code points; empty if the candidates have nothing in common. */
export function commonPrefix([first = '', ...others]: readonly string[]): string {
  let start = Array.from(first)
  for (const other of others.map((text) => Array.from(text))) {
    const differs = start.findIndex((character, at) => character !== other[at])
    if (differs !== -1) start = start.slice(0, differs)
  }
  return start.join('')
}

function isFirstWord(before: string): boolean {
  return !/\S\s/.test(before)
}

function lastWord(before: string): string {
  return before.slice(before.search(/(?<!\S)\S*$/))
}

/** Ignores case and Unicode normalization. */
function matching(word: string, all: Iterable<string>): string[] {
  const start = folded(word)
  return [...all].filter((text) => folded(text).startsWith(start)).sort()
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
