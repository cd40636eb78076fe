import { execFile } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isInstalled } from '../../support/is-installed.ts'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('../programs/', import.meta.url))

/** Where the libraries go, and what is compiled with them: kept, so that a second run installs nothing. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/sse-clients/', import.meta.url))

/** A language's clients: programs around libraries that others wrote, of versions fixed beside them. */
interface Language {
  /** A folder of `programs/`. */
  name: string
  /** What must be installed for it, each with an argument that changes nothing. */
  tools: [program: string, argument: string][]
  /** What makes the programs ready, in their copied folder. */
  builds: string[][]
  /** How each of them is run there, by its name. */
  clients: Record<string, string[]>
}

const languages: Language[] = [
  {
    name: 'shell',
    tools: [
      ['bash', '--version'],
      ['curl', '--version'],
    ],
    builds: [],
    clients: { 'curl in a loop': ['bash', 'curl.sh'] },
  },
  {
    name: 'js',
    tools: [['npm', '--version']],
    builds: [['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']],
    clients: {
      eventsource: [process.execPath, 'eventsource.mjs'],
      'EventSource of Node': [
        process.execPath,
        '--experimental-eventsource',
        'node-eventsource.mjs',
      ],
      '@microsoft/fetch-event-source': [process.execPath, 'fetch-event-source.mjs'],
      'fetch-event-stream': [process.execPath, 'fetch-event-stream.mjs'],
      'extended-eventsource': [process.execPath, 'extended-eventsource.mjs'],
      'eventsource-client of npm': [process.execPath, 'eventsource-client.mjs'],
      'eventsource-parser': [process.execPath, 'eventsource-parser.mjs'],
    },
  },
  {
    name: 'python',
    tools: [
      ['python3', '--version'],
      ['python3', '-cimport ensurepip, venv'],
    ],
    builds: [
      ['python3', '-m', 'venv', 'venv'],
      [
        'venv/bin/pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '-r',
        'requirements.txt',
      ],
    ],
    clients: {
      'httpx-sse': ['venv/bin/python', 'httpx_sse_loop.py'],
      'sseclient-py': ['venv/bin/python', 'sseclient_py_loop.py'],
      'requests alone': ['venv/bin/python', 'requests_lines.py'],
      'aiohttp-sse-client2': ['venv/bin/python', 'aiohttp_sse_loop.py'],
      'launchdarkly-eventsource of Python': ['venv/bin/python', 'launchdarkly_eventsource.py'],
    },
  },
  {
    name: 'go',
    tools: [['go', 'version']],
    builds: [
      ['mkdir', '-p', 'bin'],
      ['go', 'build', '-o', 'bin/', './r3labs', './tmaxmax', './launchdarkly'],
    ],
    clients: {
      'r3labs/sse': ['bin/r3labs'],
      'tmaxmax/go-sse': ['bin/tmaxmax'],
      'launchdarkly/eventsource': ['bin/launchdarkly'],
    },
  },
  {
    name: 'java',
    tools: [
      ['mvn', '--version'],
      ['javac', '--version'],
    ],
    builds: [
      ['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'],
      [
        'javac',
        '-cp',
        'lib/*',
        '-d',
        'classes',
        'src/Program.java',
        'src/OkHttpSse.java',
        'src/LaunchDarkly.java',
      ],
    ],
    clients: {
      'okhttp-sse': java('OkHttpSse'),
      'okhttp-eventsource': java('LaunchDarkly'),
    },
  },
  {
    name: 'rust',
    tools: [['cargo', '--version']],
    builds: [['cargo', 'build', '--quiet']],
    clients: {
      'reqwest-eventsource': ['target/debug/reqwest-eventsource'],
      'eventsource-stream': ['target/debug/eventsource-stream'],
    },
  },
]

/** A client that is ready to be run. */
export interface ReadyClient {
  name: string
  command: string[]
  folder: string
}

/**
 * Installs the libraries of what languages there are here, and compiles what has to be.
 *
 * @returns the clients, and the names of those whose language is not here
 */
export async function prepare(
  tell: (line: string) => void,
): Promise<{ ready: ReadyClient[]; leftOut: string[] }> {
  const ready: ReadyClient[] = []
  const leftOut: string[] = []
  for (const { name, tools, builds, clients } of languages) {
    if (!tools.every(([program, argument]) => isInstalled(program, argument))) {
      leftOut.push(...Object.keys(clients))
      continue
    }
    const startedAt = performance.now()
    const folder = join(cache, name)
    await mkdir(folder, { recursive: true })
    await cp(join(programs, name), folder, { recursive: true, preserveTimestamps: true })
    for (const [program = '', ...args] of builds)
      await run(program, args, { cwd: folder, env: bareEnvironment() })
    for (const [client, command] of Object.entries(clients))
      ready.push({ name: client, command, folder })
    tell(`${name}: ready after ${Math.round((performance.now() - startedAt) / 1000)} s`)
  }
  return { ready, leftOut }
}

/** Without what the test runner puts into every Node process. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...environment } = process.env
  return environment
}

function java(program: string): string[] {
  const options = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  return ['java', ...options, '-cp', 'classes:lib/*', program]
}
