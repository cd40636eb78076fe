/** A command of a logged-in user. */
export interface ChatCommand {
  usage: string
  summary: string
  /**
   * What Tab completes, word by word: a user's name, a room's name, or in a text, which lasts to the
   * end of the line, users' names anywhere.
   */
  completes: readonly ('name' | 'room' | 'text')[]
}

/** In the order of `help`: first the four that the chat always had. */
export const chatCommands = {
  sendall: { usage: 'sendall TEXT', summary: 'send a message to everyone', completes: ['text'] },
  sendto: {
    usage: 'sendto NAME TEXT',
    summary: 'send a message to one user who is online',
    completes: ['name', 'text'],
  },
  list: { usage: 'list', summary: 'who is online', completes: [] },
  logout: { usage: 'logout', summary: 'log out and leave', completes: [] },
  rooms: { usage: 'rooms', summary: 'the open rooms, and yours', completes: [] },
  join: { usage: 'join ROOM', summary: 'become a member of an open room', completes: ['room'] },
  leave: { usage: 'leave ROOM', summary: 'be its member no longer', completes: ['room'] },
  sendroom: {
    usage: 'sendroom ROOM TEXT',
    summary: 'send a message to the members of a room',
    completes: ['room', 'text'],
  },
  who: {
    usage: 'who ROOM',
    summary: 'who is a member, and who of them is online',
    completes: ['room'],
  },
  edit: {
    usage: 'edit TEXT',
    summary: 'change the text of your last message',
    completes: ['text'],
  },
  delete: { usage: 'delete', summary: 'delete your last message', completes: [] },
  keepfor: {
    usage: 'keepfor NAME TEXT',
    summary: 'as sendto; if they are offline, it is delivered later',
    completes: ['name', 'text'],
  },
  history: {
    usage: 'history [NAME] [NUMBER]',
    summary: 'the last messages; with a name, those between the two of you',
    completes: ['name'],
  },
  help: { usage: 'help', summary: 'these commands', completes: [] },
  quit: { usage: 'quit', summary: 'the same as logout', completes: [] },
} as const satisfies Record<string, ChatCommand>

export type ChatCommandName = keyof typeof chatCommands

/** The commands before the login. */
export const loginCommands = {
  regist: { usage: 'regist NAME [PASSWORD]', summary: 'register a new user' },
  register: { usage: 'register NAME [PASSWORD]', summary: 'the same' },
  login: { usage: 'login NAME [PASSWORD]', summary: 'log in' },
  help: { usage: 'help', summary: 'these commands' },
  quit: { usage: 'quit', summary: 'leave' },
} as const

/** A parsed line at the login prompt. */
export type LoginLine =
  | { kind: 'register' | 'login'; name: string; password: string | undefined }
  | { kind: 'help' | 'quit' | 'nothing' }
  | { kind: 'wrong'; why: string }

/** A password may contain spaces, but not begin or end with them. */
export function parseLoginLine(line: string): LoginLine {
  const [command, rest] = firstWord(line)
  if (command === '') return { kind: 'nothing' }
  if (command === 'help' || command === 'quit') return { kind: command }
  if (command !== 'login' && command !== 'regist' && command !== 'register') {
    const why = isChatCommand(command)
      ? `log in before you use ${command}`
      : `unknown command ${command}`
    return { kind: 'wrong', why }
  }
  const [name, password] = firstWord(rest)
  if (name === '') return { kind: 'wrong', why: `usage: ${loginCommands[command].usage}` }
  return {
    kind: command === 'login' ? 'login' : 'register',
    name,
    password: password.trim() || undefined,
  }
}

/** A line of the login prompt as it stays on the screen. */
export function withoutPassword(line: string): string {
  return line.replace(/^(\s*\S+\s+\S+\s+)\S.*$/s, '$1********')
}

/** The first word of a line, and the text after one space, unchanged. */
export function firstWord(line: string): [word: string, rest: string] {
  const [, word, rest] = /^\s*(\S*)\s?(.*)$/s.exec(line) as unknown as [string, string, string]
  return [word, rest]
}

export function isChatCommand(word: string): word is ChatCommandName {
  return Object.hasOwn(chatCommands, word)
}

/** A command with missing or wrong arguments. */
export class UsageError extends Error {}

export function usageError(command: ChatCommandName): UsageError {
  return new UsageError(`usage: ${chatCommands[command].usage}`)
}
