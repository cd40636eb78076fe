/** How long a line waits for others, in ms. */
const gatherMs = 10

/**
 * Standard output for log lines. Those that come within a moment leave in one write: when many come
 * at once, a write for each of them would cost more than what the lines tell of.
 */
export const logOutput = {
  write(line: string): void {
    if (lines === '') setTimeout(flush, gatherMs)
    lines += line
  },
}

let lines = ''

function flush(): void {
  // Standard output is written at once, also at the end of the process, where no timer fires any more.
  if (lines !== '') process.stdout.write(lines)
  lines = ''
}

process.on('exit', flush)
// Who reads the log may go away: that is no reason to stop serving.
process.stdout.on('error', () => {})
