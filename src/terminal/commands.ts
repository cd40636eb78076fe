/** A command of a logged-in user. */
export interface ChatCommand {
  usage: string
  summary: string
  /** Tab completes a name as the first word, names anywhere in the text, or nothing. */
  completes: 'name' | 'text' | 'nothing'
}

/** In the order of `help`. */
export const chatCommands = {
  sendall: { usage: 'sendall TEXT', summary: 'send a message to everyone', completes: 'text' },
  sendto: {
    usage: 'sendto NAME TEXT',
    summary: 'send a message to one user who is online',
    completes: 'name',
  },
  keepfor: {
    usage: 'keepfor NAME TEXT',
    summary: 'the same; if they are offline, it is delivered later',
    completes: 'name',
  },
  list: { usage: 'list', summary: 'who is online', completes: 'nothing' },
  history: {
    usage: 'history [NAME] [NUMBER]',
    summary: 'the last messages; with a name, those between the two of you',
    completes: 'name',
  },
  help: { usage: 'help', summary: 'these commands', completes: 'nothing' },
  logout: { usage: 'logout', summary: 'log out and leave', completes: 'nothing' },
  quit: { usage: 'quit', summary: 'the same', completes: 'nothing' },
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
