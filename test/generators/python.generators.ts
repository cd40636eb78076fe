import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isInstalled } from '../support/is-installed.ts'
import { temporaryFolder } from '../support/room.ts'
import { openApiGenerator } from './support/openapi-generator.ts'
import { documentOf, openSteadyRoom, run, talk } from './support/program.ts'

const programs = fileURLToPath(new URL('python/', import.meta.url))

/** What generated clients need to run, at the versions that were tried. */
const packages = [
  ...['openapi-python-client==0.29.0', 'httpx', 'attrs', 'python-dateutil'],
  ...['pydantic', 'urllib3', 'typing-extensions'],
]

t.test('clients in Python', async (t) => {
  if (!isInstalled('python3')) return t.pass('Python is not here')
  const folder = await temporaryFolder(t)
  await cp(programs, folder, { recursive: true })
  await run(['python3', '-m', 'venv', 'env'], { folder })
  const installed = (name: string) => join(folder, 'env/bin', name)
  await run([installed('pip'), 'install', '--quiet', ...packages], { folder })

  await t.test('of openapi-python-client', async (t) => {
    const room = await openSteadyRoom(t)
    const document = await documentOf(t, room)
    const generate = ['openapi-python-client', 'generate', '--meta', 'none']
    await run(
      [
        ...[installed(generate[0] as string), ...generate.slice(1), '--path', document],
        ...['--output-path', 'obrol_client'],
      ],
      { folder },
    )
    const lines = await talk([installed('python'), 'openapi_python_client.py'], folder, room)
    t.same(lines, ['the stream'])
  })

  await t.test('of openapi-generator', async (t) => {
    if (!isInstalled('mvn')) return t.pass('Java with Maven is not here')
    const room = await openSteadyRoom(t)
    await openApiGenerator(folder, await documentOf(t, room), '.', ['-g', 'python'])
    const lines = await talk([installed('python'), 'openapi_generator.py'], folder, room)
    t.same(lines, ['the stream'])
  })
})
