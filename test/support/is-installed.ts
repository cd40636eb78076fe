import { execFileSync } from 'node:child_process'

/** Whether a program is installed here: it runs with one argument that changes nothing. */
export function isInstalled(program: string, argument = '--version'): boolean {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
