import { fileURLToPath } from 'node:url'
import './compiled.ts'
import { environmentOf, only, repositoryFile, stagesOf } from './container-files.ts'

/** A way to start the server that is documented. */
export interface Start {
  name: string
  program: string
  args: string[]
  /** What it sets, besides where the data is and where to listen. */
  env: Record<string, string>
}

/** As `npm start` does, without npm itself. */
export function npmStart(): Start {
  const { scripts } = JSON.parse(repositoryFile('package.json'))
  return { name: 'npm start', program: 'sh', args: ['-c', scripts.start], env: {} }
}

/** As the image does. */
export function imageStart(): Start {
  const image = stagesOf(repositoryFile('Dockerfile')).at(-1) ?? []
  const [program, ...args] = JSON.parse(only(image, 'CMD'))
  return { name: 'the image', program, args, env: environmentOf(image) }
}

/** As the unit for systemd does. */
export function unitStart(): Start {
  const page = repositoryFile('docs/operating.md')
  const values = (name: string) =>
    [...page.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].flatMap(([, value]) =>
      (value as string).split(' '),
    )
  const [program, ...args] = values('ExecStart') as [string, ...string[]]
  const env = values('Environment').map((pair) => pair.split(/=(.*)/s, 2) as [string, string])
  return { name: 'the unit', program, args, env: Object.fromEntries(env) }
}

/** The folder in which each of them is started, and the programs that it brings. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
