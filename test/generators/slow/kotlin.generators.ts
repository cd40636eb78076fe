import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isInstalled } from '../../support/is-installed.ts'
import { temporaryFolder } from '../../support/room.ts'
import { openApiGenerator } from '../support/openapi-generator.ts'
import { documentOf, openSteadyRoom, run, talk } from '../support/program.ts'

const programs = fileURLToPath(new URL('kotlin/', import.meta.url))

t.test('openapi-generator’s client in Kotlin', async (t) => {
  if (!isInstalled('mvn')) return t.pass('Java with Maven is not here')
  const folder = await temporaryFolder(t)
  const room = await openSteadyRoom(t)
  await openApiGenerator(folder, await documentOf(t, room), '.', ['-g', 'kotlin'])
  await rm(join(folder, 'src/test'), { recursive: true })
  await cp(join(programs, 'Program.kt'), join(folder, 'src/main/kotlin/Program.kt'))
  // It makes a build for Gradle; this one is for Maven, which compiles the other programs.
  await cp(join(programs, 'pom.xml'), join(folder, 'pom.xml'))
  const list = ['dependency:build-classpath', '-Dmdep.outputFile=classpath']
  await run(['mvn', '-q', 'compile', ...list], { folder, timeout: 600_000 })
  const libraries = await readFile(join(folder, 'classpath'), 'utf8')
  const lines = await talk(
    ['java', '-cp', `target/classes:${libraries}`, 'ProgramKt'],
    folder,
    room,
  )
  t.same(lines, ['the stream without the client'])
})
