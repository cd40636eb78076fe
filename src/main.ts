#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { checkNodeVersion } from './commands/node-version.ts'
import { packagePath } from './package-files.ts'

interface Command {
  usage: string
  summary: string
  /** It judges its arguments itself. */
  parsesArguments?: true
  /** Its `--help` tells more than its usage and summary. */
  hasOwnHelp?: true
  run(args: readonly string[]): Promise<void>
}

/** One file for each command; none is loaded but the one that is asked for. */
const commands: Record<string, Command> = {
  serve: {
    usage: 'serve',
    summary: 'run the server; its settings are environment variables (docs/settings.md)',
    async run() {
      const { serve } = await import('./commands/serve.ts')
      await serve(process.env)
    },
  },
  chat: {
    usage: 'chat [URL]',
    summary: 'chat in this terminal or in a pipe; obrol chat --help tells more',
    hasOwnHelp: true,
    async run(args) {
      const { chat } = await import('./commands/chat.ts')
      await chat(args)
    },
  },
  backup: {
    usage: 'backup FILE',
    summary: 'write one consistent file, also beside a running server',
    async run([file]) {
      const { backup } = await import('./commands/backup.ts')
      await backup(await dataDirectory(), file as string)
      process.stdout.write(`backed up to ${file}\n`)
    },
  },
  restore: {
    usage: 'restore FILE',
    summary: 'put a backup in the place of a stopped server’s data',
    async run([file]) {
      const { restore } = await import('./commands/restore.ts')
      await restore(await dataDirectory(), file as string)
      process.stdout.write(`restored from ${file}\n`)
    },
  },
  compact: {
    usage: 'compact',
    summary: 'give the room of trimmed history in a stopped server’s data back to the disk',
    async run() {
      const { compact } = await import('./commands/compact.ts')
      const { before, after } = await compact(await dataDirectory())
      const [from, to] = [before, after].map((bytes) => (bytes / 1e6).toFixed(1))
      process.stdout.write(`compacted from ${from} MB to ${to} MB\n`)
    },
  },
  move: {
    usage: 'move OPTIONS',
    summary: 'move everything between SQLite and PostgreSQL; obrol move --help tells more',
    parsesArguments: true,
    hasOwnHelp: true,
    async run(args) {
      const { move } = await import('./commands/move.ts')
      const wrong = await move(args)
      if (wrong) failWithUsage(wrong)
    },
  },
  admin: {
    usage: 'admin COMMAND',
    summary: 'look after accounts; obrol admin --help tells more',
    parsesArguments: true,
    hasOwnHelp: true,
    async run(args) {
      const { admin } = await import('./commands/admin.ts')
      process.exitCode = await admin(args, {
        env: process.env,
        out: (text) => void process.stdout.write(text),
        error: (text) => void process.stderr.write(text),
      })
    },
  },
  completion: {
    usage: 'completion SHELL',
    summary: 'write what bash, zsh or fish need to complete these',
    async run([shell]) {
      const { completion, shells } = await import('./commands/completion.ts')
      const script = completion(shell as string, await completionEntries())
      if (script) process.stdout.write(script)
      else
        failWithUsage(
          `there is no completion for ${JSON.stringify(shell)}, but for ${shells.join(', ')}`,
        )
    },
  },
  openapi: {
    usage: 'openapi FILE [3.2]',
    summary: 'write the OpenAPI document, in version 3.1 or 3.2',
    async run([file, version = '3.1']) {
      const { openApiVersions, writeOpenApi } = await import('./commands/openapi.ts')
      const known = openApiVersions.find((each) => each === version)
      if (known) await writeOpenApi(file as string, known)
      else
        failWithUsage(
          `there is no OpenAPI document of version ${JSON.stringify(version)}: take ${openApiVersions.join(' or ')}`,
        )
    },
  },
}

async function dataDirectory(): Promise<string> {
  const { readSettings, SettingsError } = await import('./settings.ts')
  const { databaseUrl, dataDir } = readSettings(process.env)
  if (databaseUrl === undefined) return dataDir
  throw new SettingsError(
    'DATABASE_URL names a PostgreSQL database, which is backed up, restored and compacted with its own tools (pg_dump, pg_basebackup, vacuum); unset it for the data folder',
  )
}

/** What a shell is to know of each command. */
async function completionEntries() {
  const { adminCommands } = await import('./commands/admin/commands.ts')
  return Object.entries(commands).map(([name, { usage, summary }]) => {
    const below = name === 'admin' ? adminCommands.map(({ words }) => words) : []
    return { name, summary, takesFile: usage.includes(' FILE'), below }
  })
}

function help(): string {
  const all = Object.values(commands)
  const width = Math.max(...all.map(({ usage }) => usage.length))
  const lines = all.map(({ usage, summary }) => `  obrol ${usage.padEnd(width)}  ${summary}\n`)
  return `Usage:\n${lines.join('')}  obrol --version\n  obrol --help\n`
}

function helpOn({ usage, summary }: Command): string {
  return `Usage: obrol ${usage}\n\n${summary.replace(/^./, (first) => first.toUpperCase())}.\n`
}

function isHelp(word: string): boolean {
  return ['--help', '-h'].includes(word)
}

function manifest(): { version: string; engines: { node: string } } {
  return JSON.parse(readFileSync(packagePath('package.json'), 'utf8'))
}

/** A refusal of the command line: one line and exit status 2, as shells have it. */
function failWithUsage(line: string): void {
  process.stderr.write(`obrol: ${line}\n`)
  process.exitCode = 2
}

async function main([name = '--help', ...args]: readonly string[]): Promise<void> {
  if (['--version', '-v', 'version'].includes(name))
    return void process.stdout.write(`${manifest().version}\n`)
  if (isHelp(name) || name === 'help') return void process.stdout.write(help())
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined)
    return failWithUsage(`there is no command ${JSON.stringify(name)}; see obrol --help`)
  if (args.some(isHelp) && !command.hasOwnHelp) return void process.stdout.write(helpOn(command))
  const [, ...words] = command.usage.split(' ')
  const needed = words.filter((word) => !word.startsWith('['))
  const wrong = args.length < needed.length || args.length > words.length || args.includes('')
  if (wrong && !command.parsesArguments) return failWithUsage(`usage: obrol ${command.usage}`)
  try {
    checkNodeVersion(process.versions.node, manifest().engines.node)
    await command.run(args)
  } catch (error) {
    // Errors for the person at the terminal carry one clear line; anything else is our mistake.
    const isExpected =
      error instanceof Error && ['SettingsError', 'StartError'].includes(error.name)
    process.stderr.write(
      isExpected ? `obrol: ${error.message}\n` : `obrol: ${(error as Error).stack}\n`,
    )
    // What a failed start has left open must not keep the process, and with it the folder.
    process.exit(1)
  }
}

await main(process.argv.slice(2))
