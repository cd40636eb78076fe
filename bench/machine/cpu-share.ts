import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

/** The period of the kernel's quota, in µs: a message is delayed by no more than that. */
const periodUs = 10_000

/** The cgroup paths of version 1 and 2. */
const [groups, boundsTime] = foundGroups()

/** Whether the CPU time of processes can be limited here: root can, on most machines. */
export const canLimitCpu: boolean = groups !== undefined

/**
 * Limits a process with all its threads to a share of a core.
 *
 * @param share of a core, 0.1 to 1
 * @returns what removes the limit
 */
export function limitCpu(pid: number, share: number): () => void {
  const group = `${groups}/obrol-bench-${pid}`
  mkdirSync(group)
  boundsTime(group, share * periodUs)
  writeFileSync(`${group}/cgroup.procs`, String(pid))
  return () => {
    writeFileSync(`${groups}/cgroup.procs`, String(pid))
    rmdirSync(group)
  }
}

function foundGroups(): [string | undefined, (group: string, quotaUs: number) => void] {
  const root = '/sys/fs/cgroup'
  const version2 = (group: string, quotaUs: number) =>
    writeFileSync(`${group}/cpu.max`, `${quotaUs} ${periodUs}`)
  const version1 = (group: string, quotaUs: number) => {
    writeFileSync(`${group}/cpu.cfs_period_us`, String(periodUs))
    writeFileSync(`${group}/cpu.cfs_quota_us`, String(quotaUs))
  }
  try {
    accessSync(`${root}/cpu/cgroup.procs`, constants.W_OK)
    return [`${root}/cpu`, version1]
  } catch {}
  try {
    accessSync(`${root}/cgroup.procs`, constants.W_OK)
    if (readFileSync(`${root}/cgroup.subtree_control`, 'utf8').split(/\s/).includes('cpu')) {
      return [root, version2]
    }
  } catch {}
  return [undefined, version2]
}
