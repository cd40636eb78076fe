/** What one can say in the room. */
export interface ChatCommand {
  usage: string
  summary: string
  /** What Tab offers after it: a name as the first word, names anywhere in the text, or nothing. */
  completes: 'name' | 'text' | 'nothing'
}

/** In the order in which help shows them. */
export const chatCommands = {
  sendall: { usage: 'sendall TEXT', summary: 'say something to everyone', completes: 'text' },
  sendto: {
    usage: 'sendto NAME TEXT',
    summary: 'say something to one person who is online',
    completes: 'name',
  },
  keepfor: {
    usage: 'keepfor NAME TEXT',
    summary: 'the same, kept for them where they are not online',
    completes: 'name',
  },
  list: { usage: 'list', summary: 'who is online', completes: 'nothing' },
  history: {
    usage: 'history [NAME] [NUMBER]',
    summary: 'what was said last; with a name, between the two of you',
    completes: 'name',
  },
  help: { usage: 'help', summary: 'these commands', completes: 'nothing' },
  logout: { usage: 'logout', summary: 'leave; your name stays yours', completes: 'nothing' },
  quit: { usage: 'quit', summary: 'the same', completes: 'nothing' },
} as const satisfies Record<string, ChatCommand>

export type ChatCommandName = keyof typeof chatCommands

/** What one can say at the first prompt. */
export const loginCommands = {
  regist: { usage: 'regist NAME [PASSWORD]', summary: 'take a new name' },
  register: { usage: 'register NAME [PASSWORD]', summary: 'the same' },
  login: { usage: 'login NAME [PASSWORD]', summary: 'come in under your name' },
  help: { usage: 'help', summary: 'these commands' },
  quit: { usage: 'quit', summary: 'leave' },
} as const

/** What a line at the first prompt asks for. */
export type LoginLine =
  | { kind: 'register' | 'login'; name: string; password: string | undefined }
  | { kind: 'help' | 'quit' | 'nothing' }
  | { kind: 'wrong'; why: string }

/** Reads a line of the first prompt. A password may hold spaces, but none at its ends. */
export function parseLoginLine(line: string): LoginLine {
  const [command, rest] = firstWord(line)
  if (command === '') return { kind: 'nothing' }
  if (command === 'help' || command === 'quit') return { kind: command }
  if (command !== 'login' && command !== 'regist' && command !== 'register') {
    const why = isChatCommand(command)
      ? `to ${command}, come in first`
      : `${command} is no command here`
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

/** A line of the first prompt as it may stay on the screen. */
export function withoutPassword(line: string): string {
  return line.replace(/^(\s*\S+\s+\S+\s+)\S.*$/s, '$1********')
}

/** The first word of a line, and what follows the blanks after it, as it is. */
export function firstWord(line: string): [word: string, rest: string] {
  const [, word, rest] = /^\s*(\S*)\s?(.*)$/s.exec(line) as unknown as [string, string, string]
  return [word, rest]
}

export function isChatCommand(word: string): word is ChatCommandName {
  return Object.hasOwn(chatCommands, word)
}
