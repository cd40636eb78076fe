import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Block } from './markdown.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Compiles the TypeScript of the pages against the client, and the JavaScript for its syntax. The
 * blocks of TypeScript of a page are one program, in the order of the page.
 *
 * @returns what the compiler says; empty where nothing is wrong
 */
export async function compile(blocks: Block[], folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const programs = new Map<string, string>()
  for (const { page, line, language, text } of blocks) {
    const name = page.replaceAll('/', '-')
    const file = language === 'ts' ? `${name}.mts` : `${name}-${line}.mjs`
    programs.set(file, `${programs.get(file) ?? ''}// line ${line}\n${text}`)
  }
  for (const [file, text] of programs) await writeFile(join(folder, file), `${text}\nexport {}\n`)
  const compilerOptions = {
    lib: ['es2024', 'dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    checkJs: false,
    noUnusedLocals: false,
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      'obrol/client': [join(root, 'src/client/index.ts')],
      'obrol/client/state': [join(root, 'src/client/state/index.ts')],
    },
  }
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions,
    include: ['*.mts', '*.mjs', join(root, 'examples/typescript/*.ts')],
    exclude: [],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  // By way of a shell, for what counts coverage here would come along and cannot load the compiler.
  const bare = 'unset NODE_OPTIONS; exec node_modules/.bin/tsc --noEmit --project "$0"'
  return run('sh', ['-c', bare, folder], { cwd: root }).then(
    () => '',
    ({ message, stdout }) => stdout || message,
  )
}

/** Compiles Python; what is wrong with it, or nothing. */
export function compilePython(text: string): Promise<string> {
  const read = 'import sys; compile(sys.stdin.read(), "block", "exec")'
  return checkedBy('python3', ['-c', read], text)
}

/** What the shell finds wrong with lines that are not run. */
export function parseShell(text: string): Promise<string> {
  return checkedBy('sh', ['-n'], text)
}

function checkedBy(program: string, options: string[], text: string): Promise<string> {
  const checking = run(program, options)
  checking.child.stdin?.end(text)
  return checking.then(
    () => '',
    ({ message }) => message,
  )
}

/** The lines of a file of `NAME=value` and `[sections]`, or what is wrong with one. */
export function parseIni(text: string): { sections: string[]; values: Record<string, string> } {
  const sections: string[] = []
  const values: Record<string, string> = {}
  for (const line of text.split('\n').filter((line) => !/^(#.*)?$/.test(line))) {
    const [, section] = /^\[(\w+)\]$/.exec(line) ?? []
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (section) sections.push(section)
    else if (name) values[name] = value as string
    else throw new Error(`neither a section nor a value: ${line}`)
  }
  return { sections, values }
}
