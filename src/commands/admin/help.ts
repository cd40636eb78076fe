import { type AdminCommand, adminCommands, optionsOf } from './commands.ts'

/** The options of every command. */
const common: readonly [string, string][] = [
  ['--json', 'write the answer of the server as it is'],
  ['--yes', 'do what cannot be undone'],
  ['--url URL', 'call this server, not the console of this machine'],
  ['--token TOKEN', 'of an admin or a moderator, with --url; better: OBROL_TOKEN'],
  ['--help', 'show this, or what a command takes'],
]

/** `obrol admin --help`. */
export function adminHelp(): string {
  const examples = adminCommands.map(
    ({ example, schema }) => `  ${example}\n      ${schema.summary}\n`,
  )
  return `Usage: obrol admin COMMAND [OPTIONS]

Looks after accounts, by the console of the server that runs on this machine: run it as the user that the
server runs as, with the same DATA_DIR and ADMIN_SOCKET. With --url it works from afar.

${examples.join('')}
Options of every command:
${table(common)}
Environment:
  OBROL_TOKEN      the token for --url
  OBROL_PASSWORD   of your account, where your login is older than 10 minutes

Exit status:
  0    done
  1    the server refused it, and a line says why
  2    the command line is wrong
  3    the server could not be reached
`
}

/** What one command takes. */
export function helpOn(command: AdminCommand): string {
  const { schema, example } = command
  const options = optionsOf(command).map(({ name, type, about }): [string, string] => [
    type === 'boolean' ? `--${name}` : `--${name} ${name.toUpperCase()}`,
    about,
  ])
  return `Usage: ${usageOf(command)}

${schema.summary}. ${schema.description}

For example:
  ${example}

Options:
${table([...options, ...common])}`
}

export function usageOf({ words, places }: Pick<AdminCommand, 'words' | 'places'>): string {
  const needed = places.map((name) => (name === 'q' ? 'USERNAME' : name.toUpperCase()))
  return ['obrol admin', words, ...needed, '[OPTIONS]'].join(' ')
}

function table(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}\n`).join('')
}
