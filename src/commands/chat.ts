import { ObrolClient } from '../client/index.ts'
import { exitStatus } from '../terminal/exit-status.ts'
import { choosePalette } from '../terminal/palette.ts'
import { chatInPipe } from '../terminal/pipe-chat.ts'
import { PipeView } from '../terminal/pipe-view.ts'

import { chatOnTerminal } from '../terminal/terminal-chat.ts'

const defaultServer = 'http://127.0.0.1:3000'

/** At a terminal, commands wait so long for a server that cannot be reached, in ms. */
const terminalRetryMs = 600_000

/** The exit status when the output is closed: that of SIGPIPE in a shell. */
const brokenPipeStatus = 141

const help = `Usage: obrol chat [URL]

Chat on the server at URL (default: ${defaultServer}). At the first prompt:
  regist NAME [PASSWORD]   register a new user
  login NAME [PASSWORD]    log in
Without PASSWORD you are asked for it, and it is not shown. Then \`help\` lists the commands.

In a pipe the lines of the input are run as commands, one after the other:
  printf 'login ann tall-ships\\nsendall hi\\n' | obrol chat ${defaultServer}
Messages go to the output, errors to the error output.

Environment:
  OBROL_NAME, OBROL_PASSWORD   log in as this user if the first line is not a login
  NO_COLOR, FORCE_COLOR        no colours, or colours for any output

Exit status:
  0    all commands succeeded
  1    a command was refused, or the server ended the session
  2    the command line is wrong
  3    the server could not be reached
  128+n ended by signal n
`

/** `obrol chat [URL]`: the chat in a terminal or a pipe. Sets the exit status. */
export async function chat([server = defaultServer]: readonly string[]): Promise<void> {
  if (['--help', '-h'].includes(server)) return void process.stdout.write(help)
  const { stdin: input, stdout: output, stderr, env } = process
  const address = parseServerAddress(server)
  if (address === undefined) {
    stderr.write(
      `obrol: ${JSON.stringify(server)} is not a server address; see obrol chat --help\n`,
    )
    process.exitCode = exitStatus.usage
    return
  }
  output.on('error', () => process.exit(brokenPipeStatus))
  const palette = choosePalette(env, output.isTTY)
  process.exitCode =
    input.isTTY && output.isTTY && env.TERM !== 'dumb'
      ? await chatOnTerminal(new ObrolClient(address, { retryForMs: terminalRetryMs }), {
          input,
          output,
          palette,
          env,
        })
      : await chatInPipe(new ObrolClient(address), new PipeView(output, stderr, palette), {
          input,
          env,
        })
}

/**
 * Without a scheme, `http` is assumed. Undefined for an invalid address, and for one with a name or
 * a password, which other users of the machine would see.
 */
export function parseServerAddress(typed: string): URL | undefined {
  const address = URL.parse(/^[a-z]+:\/\//i.test(typed) ? typed : `http://${typed}`)
  if (typed.startsWith('-') || !address || address.username || address.password) return undefined
  return /^https?:$/.test(address.protocol) ? address : undefined
}
