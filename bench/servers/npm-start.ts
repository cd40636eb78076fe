import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import '../../test/support/compiled.ts'
import { makeFolder } from './obrol.ts'
import { startPinned, stopProcess } from './process.ts'
import type { Contender } from './server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const tools = join(root, 'node_modules/.bin')

const bareProgram = `
const server = require('node:http').createServer().listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port }))
})
`

/** `npm start` on an empty data folder, as it is where nobody set anything. */
export const npmStart = startedByNpm('npm start', () => root)

/** `npm start` of a package whose program listens and does nothing else. */
export const bareNpmStart = startedByNpm('npm start of a bare Node', (folder) => {
  writeFileSync(join(folder, 'package.json'), '{ "scripts": { "start": "exec node bare.cjs" } }')
  writeFileSync(join(folder, 'bare.cjs'), bareProgram)
  return folder
})

function startedByNpm(name: string, prepare: (folder: string) => string): Contender {
  return {
    name,
    async start() {
      const folder = makeFolder()
      const log = join(folder.path, 'server.log')
      const cwd = prepare(folder.path)
      const data = join(folder.path, 'data')
      const startedAt = performance.now()
      const npm = startPinned(['npm', 'start', '--silent'], {
        cwd,
        stdout: openSync(log, 'a'),
        env: { DATA_DIR: data, PORT: '0', PATH: `${tools}${delimiter}${process.env.PATH}` },
      })
      let url: string | undefined
      while (url === undefined) {
        if (npm.exitCode !== null) throw new Error(`it did not start: ${readFileSync(log, 'utf8')}`)
        await delay(2)
        url = /"url":"([^"]+)"/.exec(readFileSync(log, 'utf8'))?.[1]
      }
      const startedInMs = performance.now() - startedAt
      return {
        port: Number(new URL(url).port),
        pid: programOf(npm.pid as number),
        startedInMs,
        tokens: [],
        streamPath: '',
        readyMark: '',
        broadcast: () => Buffer.of(),
        async stop() {
          await stopProcess(npm)
          folder.remove()
        },
      }
    },
  }
}

/** The process that npm started: its shell is replaced by the program. */
function programOf(npm: number): number {
  return Number(readFileSync(`/proc/${npm}/task/${npm}/children`, 'utf8').trim())
}
