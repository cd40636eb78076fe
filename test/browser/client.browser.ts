import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { build, type Rolldown } from 'vite'
import { openFaultyServer } from '../client/faulty-server/faulty-server.ts'
import { type runScenario, scenarios } from '../client/scenarios/run-scenario.ts'
import { openChromium } from './chromium.ts'

/** The global of the page's script. */
declare const obrol: { runScenario: typeof runScenario }

/** Bundles the scenarios as one script. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('../client/scenarios/run-scenario.ts', import.meta.url))
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'obrol' } },
  })
  const [{ output }] = built as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput]
  return output[0].code
}

/** A page, served by the faulty server, with the scenarios. */
async function openScenarioPage(t: Test) {
  const code = await bundle()
  const serve: RequestListener = (request, response) => {
    const [type, body] =
      request.url === '/scenarios.js'
        ? ['text/javascript', code]
        : ['text/html', '<!doctype html><script src="/scenarios.js"></script>']
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body)
  }
  const serverUrl = await openFaultyServer(t, serve)
  const page = await (await openChromium(t)).newPage()
  const browser = await page.context().newCDPSession(page)
  await page.exposeFunction('heap', async () => {
    await browser.send('HeapProfiler.collectGarbage')
    return (await browser.send('Runtime.getHeapUsage')).usedSize
  })
  await page.goto(serverUrl)
  return { serverUrl, page }
}

t.test('every scenario has the same outcome in a browser', async (t) => {
  const { serverUrl, page } = await openScenarioPage(t)
  for (const [name, { outcome, watched }] of Object.entries(scenarios))
    await t.test(name, async (t) => {
      const came = await page.evaluate(
        ([name, serverUrl]) =>
          obrol.runScenario(
            name,
            serverUrl,
            (globalThis as unknown as { heap(): Promise<number> }).heap,
          ),
        [name, serverUrl] as const,
      )
      t.same(came, watched ?? outcome)
    })
})
