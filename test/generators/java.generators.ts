import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isInstalled } from '../support/is-installed.ts'
import { temporaryFolder } from '../support/room.ts'
import { openApiGenerator } from './support/openapi-generator.ts'
import { documentOf, openSteadyRoom, run, talk } from './support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = fileURLToPath(new URL('java/', import.meta.url))
const timeout = 300_000

t.test('openapi-generator’s client in Java', async (t) => {
  if (!isInstalled('mvn')) return t.pass('Java with Maven is not here')
  const folder = await temporaryFolder(t)
  const room = await openSteadyRoom(t)
  const document = await documentOf(t, room)
  await openApiGenerator(folder, document, '.', ['-g', 'java', '--library', 'native'])
  await rm(join(folder, 'src/test'), { recursive: true })
  await cp(join(programs, 'Program.java'), join(folder, 'src/main/java/Program.java'))
  const list = ['dependency:build-classpath', '-Dmdep.outputFile=classpath']
  await run(['mvn', '-q', 'compile', ...list], { folder, timeout })
  const libraries = await readFile(join(folder, 'classpath'), 'utf8')
  const lines = await talk(['java', '-cp', `target/classes:${libraries}`, 'Program'], folder, room)
  t.same(lines, ['the stream without the client'])
})

t.test('openapi-generator’s client in TypeScript', async (t) => {
  if (!isInstalled('mvn')) return t.pass('Java with Maven is not here')
  const folder = await temporaryFolder(t)
  const room = await openSteadyRoom(t)
  const document = await documentOf(t, room)
  const imports = ['--additional-properties', 'importFileExtension=.js']
  await openApiGenerator(folder, document, 'generated', ['-g', 'typescript-fetch', ...imports])
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const file of ['typescript-fetch.ts', 'tsconfig.json'])
    await cp(join(programs, file), join(folder, file))
  // For the types of Node; the generated client needs nothing.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await run([process.execPath, 'node_modules/typescript/bin/tsc', '--project', '.'], { folder })
  const lines = await talk([process.execPath, 'compiled/typescript-fetch.js'], folder, room)
  t.same(lines, ['the stream'])
})
