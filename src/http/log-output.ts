/**
 * Standard output for log lines. Those of one turn of the event loop leave in one write: when many
 * come at once, a write for each line would cost more than what the lines tell of.
 */
export const logOutput = {
  write(line: string): void {
    if (lines === '') setImmediate(flush)
    lines += line
  },
}

let lines = ''

function flush(): void {
  // Standard output is written at once, also at the end of the process, where no turn comes any more.
  if (lines !== '') process.stdout.write(lines)
  lines = ''
}

process.on('exit', flush)
// Who reads the log may go away: that is no reason to stop serving.
process.stdout.on('error', () => {})
