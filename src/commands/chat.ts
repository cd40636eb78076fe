import { ObrolClient } from '../client/index.ts'
import { exitStatus } from '../terminal/describe-error.ts'
import { choosePalette } from '../terminal/palette.ts'
import { chatInPipe } from '../terminal/pipe-chat.ts'
import { PipeView } from '../terminal/pipe-view.ts'
import { parseServerAddress } from '../terminal/server-address.ts'
import { chatOnTerminal } from '../terminal/terminal-chat.ts'

const defaultServer = 'http://127.0.0.1:3000'

/** What a person has typed waits so long for a server that is away, in ms. */
const terminalRetryMs = 600_000

/** The exit status where nobody reads what we write any more, as a shell tells SIGPIPE. */
const brokenPipeStatus = 141

const help = `Usage: obrol chat [URL]

Chat at a server (${defaultServer} unless you say which). At the first prompt:
  regist NAME [PASSWORD]   take a new name
  login NAME [PASSWORD]    come in under your name
Without PASSWORD you are asked for it, and it is not shown. Then \`help\` lists what you can do.

In a pipe the lines of the input are carried out one after the other:
  printf 'login ann tall-ships\\nsendall hi\\n' | obrol chat ${defaultServer}
What happens goes to the output, what is refused to the error output.

Environment:
  OBROL_NAME, OBROL_PASSWORD   who comes in where the first line does not say it
  NO_COLOR, FORCE_COLOR        no colours, or colours wherever the output goes

Exit status:
  0    all was done
  1    something was refused, or the server ended the session
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
      `obrol: ${JSON.stringify(server)} is no address of a server; see obrol chat --help\n`,
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
