/**
 * Stops a version of Node that is too old for what `engines` says, such as `>=24.7`: SQLite's binaries
 * end a process of a much older one without a word.
 *
 * @throws {StartError} one line for the person at the terminal
 */
export function checkNodeVersion(version: string, engines: string): void {
  const [major, minor] = parseVersion(version)
  const [neededMajor, neededMinor] = parseVersion(engines)
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return
  const error = new Error(`this is Node ${version}, and it must be ${engines}`)
  error.name = 'StartError'
  throw error
}

function parseVersion(text: string): [major: number, minor: number] {
  const [major, minor] = text.match(/\d+/g) as string[]
  return [Number(major), Number(minor)]
}
