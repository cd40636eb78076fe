/** The exit statuses of the chat. Of several the highest counts. */
export const exitStatus = {
  done: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
} as const

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]
