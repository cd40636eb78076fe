/** A server under measurement, in a process of its own. */
export interface Server {
  port: number
  /** Where its streams are opened, where that is another node. */
  streamPort?: number
  /** All its nodes, where it is more than one: posts go to each in turn. */
  ports?: readonly number[]
  pid: number
  /** From the start of its process until it listened, in ms, where that is measured. */
  startedInMs?: number
  /** Those of all its nodes. */
  pids?: readonly number[]
  /** Of its database, where that is a server of its own. */
  databasePid?: number
  /** The newest message that is in the log before anything is measured (0). */
  head?: number
  /** Those that its streams and posts need, one for each person; empty where it knows no one. */
  tokens: readonly string[]
  /** The path of a stream. */
  streamPath: string
  /** How it says that a stream is live. */
  readyMark: string
  /** The n-th broadcast, from 0. */
  broadcast(n: number): Buffer
  stop(): Promise<void>
}

/** What is measured, or a baseline: a way to start a server. */
export interface Contender {
  name: string
  /** @param people how many must be able to come in */
  start(people: number): Promise<Server>
}

/** The core that a server has for itself; the load has the other. */
export const serverCore = 0
export const loadCore = 1
