import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { isInstalled } from '../../support/is-installed.ts'
import { temporaryFolder } from '../../support/room.ts'
import { openApiGenerator } from '../support/openapi-generator.ts'
import { documentOf, openSteadyRoom, run, talk } from '../support/program.ts'

const programs = fileURLToPath(new URL('rust/', import.meta.url))
const timeout = 900_000

t.test('openapi-generator’s client in Rust', async (t) => {
  if (!isInstalled('mvn') || !isInstalled('cargo'))
    return t.pass('Java with Maven and Cargo are not here')
  await compileAndTalk(t, 'openapi-generator', 'the stream without the client', {
    generate: (folder, document) => openApiGenerator(folder, document, 'api', ['-g', 'rust']),
  })
})

t.test('progenitor’s client', async (t) => {
  if (!isInstalled('cargo')) return t.pass('Cargo is not here')
  const tools = await temporaryFolder(t)
  const cargo = ['cargo', 'install', '--quiet', '--root', '.', 'cargo-progenitor@0.15.1']
  await run(cargo, { folder: tools, timeout })
  await compileAndTalk(t, 'progenitor', 'the stream', {
    async generate(folder, document) {
      // It asks for 3.0, of which the document has nothing that is otherwise.
      const text = await readFile(document, 'utf8')
      await writeFile(document, text.replace('"openapi":"3.1.0"', '"openapi":"3.0.3"'))
      const options = ['-i', document, '-o', 'api', '-n', 'api', '-v', '0.1.0']
      await run([join(tools, 'bin/cargo-progenitor'), 'progenitor', ...options], { folder })
    },
  })
})

async function compileAndTalk(
  t: Test,
  name: string,
  stream: string,
  { generate }: { generate(folder: string, document: string): Promise<void> },
): Promise<void> {
  const folder = await temporaryFolder(t)
  await cp(join(programs, name), folder, { recursive: true })
  const room = await openSteadyRoom(t)
  await generate(folder, await documentOf(t, room))
  await run(['cargo', 'build', '--quiet'], { folder, timeout })
  t.same(await talk(['target/debug/program'], folder, room), [stream])
}
