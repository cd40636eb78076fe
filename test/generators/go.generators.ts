import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { isInstalled } from '../support/is-installed.ts'
import { temporaryFolder } from '../support/room.ts'
import { openApiGenerator } from './support/openapi-generator.ts'
import { documentOf, openSteadyRoom, run, talk } from './support/program.ts'

const programs = fileURLToPath(new URL('go/', import.meta.url))
/** Compiling a generator and its client for the first time takes a while. */
const timeout = 300_000

const generators = {
  'oapi-codegen': {
    stream: 'the stream',
    call: (document: string) => [
      ...['github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.0'],
      ...['-config', 'config.yaml', document],
    ],
  },
  ogen: {
    stream: 'the stream without the client',
    call: (document: string) => [
      ...['github.com/ogen-go/ogen/cmd/ogen@v1.25.0'],
      ...['--target', 'api', '--package', 'api', '--clean', document],
    ],
  },
}

t.test('clients in Go', async (t) => {
  if (!isInstalled('go', 'version')) return t.pass('Go is not here')
  for (const [name, { stream, call }] of Object.entries(generators))
    await t.test(`of ${name}`, async (t) => {
      await compileAndTalk(t, name, stream, (folder, document) =>
        run(['go', 'run', ...call(document)], { folder, timeout }),
      )
    })

  await t.test('of openapi-generator', async (t) => {
    if (!isInstalled('mvn')) return t.pass('Java with Maven is not here')
    await compileAndTalk(t, 'openapi-generator', 'the stream without the client', generateApi)
  })
})

/** One module holds the program and, as its package `api`, what is generated. */
async function compileAndTalk(
  t: Test,
  name: string,
  stream: string,
  generate: (folder: string, document: string) => Promise<unknown>,
): Promise<void> {
  const folder = await temporaryFolder(t)
  await cp(join(programs, name), folder, { recursive: true })
  const room = await openSteadyRoom(t)
  const document = await documentOf(t, room)
  await run(['go', 'mod', 'init', 'example.org/program'], { folder })
  await run(['mkdir', '-p', 'api'], { folder })
  await generate(folder, document)
  await run(['go', 'mod', 'tidy'], { folder, timeout })
  await run(['go', 'build', '-o', 'program', '.'], { folder, timeout })
  t.same(await talk(['./program'], folder, room), [stream])
}

async function generateApi(folder: string, document: string): Promise<void> {
  await openApiGenerator(folder, document, 'api', ['-g', 'go', '--package-name', 'api'])
  for (const own of ['go.mod', 'go.sum', 'test'])
    await rm(join(folder, 'api', own), { recursive: true, force: true })
}
