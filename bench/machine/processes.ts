import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process and its descendants. */
function familyOf(pid: number): number[] {
  const family = [pid]
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
    for (const child of children.split(' '))
      if (child !== '') family.push(...familyOf(Number(child)))
  }
  return family
}

/**
 * Processor time of a process, its threads and its children, in seconds.
 *
 * @param thread only threads whose names begin with this
 */
export function cpuSeconds(pid: number, thread = ''): number {
  return sum(pid, (member) => {
    let nanoseconds = 0
    for (const id of readdirSync(`/proc/${member}/task`)) {
      const folder = `/proc/${member}/task/${id}`
      if (!readFileSync(`${folder}/comm`, 'utf8').startsWith(thread)) continue
      nanoseconds += Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
    }
    return nanoseconds / 1e9
  })
}

/** Resident memory of a process and its children, in bytes. */
export function residentBytes(pid: number): number {
  return sum(pid, (member) => {
    const status = readFileSync(`/proc/${member}/status`, 'utf8')
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024
  })
}

function sum(pid: number, of: (member: number) => number): number {
  return familyOf(pid).reduce((total, member) => total + of(member), 0)
}

/** Pins a process (this one), with all its threads and what it starts from then on, to one core. */
export function pin(core: number, pid: number = process.pid): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}
