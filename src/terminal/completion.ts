import { entranceCommands, firstWord, isRoomCommand, roomCommands } from './commands.ts'

/** What could stand in the place of the word before the cursor. */
export interface Completion {
  /** The word as it was typed so far. */
  word: string
  candidates: string[]
}

/** Completes the commands of the first prompt. */
export function completeEntrance(before: string): Completion {
  const word = lastWord(before)
  return { word, candidates: isFirst(before) ? matching(word, Object.keys(entranceCommands)) : [] }
}

/** Completes the commands of the room, and the names of people where one may stand. */
export function completeRoom(before: string, names: Iterable<string>): Completion {
  const word = lastWord(before)
  if (isFirst(before)) return { word, candidates: matching(word, Object.keys(roomCommands)) }
  const [command, rest] = firstWord(before)
  const { completes } = isRoomCommand(command) ? roomCommands[command] : { completes: 'nothing' }
  // In a text, Tab after a blank would offer everyone: a name has to be begun.
  const offered = completes === 'name' && rest.trimStart() === word ? true : word !== ''
  return { word, candidates: completes !== 'nothing' && offered ? matching(word, names) : [] }
}

/** What all candidates begin with; the empty string where they have nothing in common. */
export function commonStart([first = '', ...others]: readonly string[]): string {
  let start = Array.from(first)
  for (const other of others.map((text) => Array.from(text))) {
    const differs = start.findIndex((character, at) => character !== other[at])
    if (differs !== -1) start = start.slice(0, differs)
  }
  return start.join('')
}

function isFirst(before: string): boolean {
  return !/\S\s/.test(before)
}

function lastWord(before: string): string {
  return before.slice(before.search(/(?<!\S)\S*$/))
}

/** Names are found however they are cased and composed. */
function matching(word: string, all: Iterable<string>): string[] {
  const start = folded(word)
  return [...all].filter((text) => folded(text).startsWith(start)).sort()
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
