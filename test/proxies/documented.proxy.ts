import { execFileSync } from 'node:child_process'
import t from 'tap'
import { isInstalled } from '../support/is-installed.ts'
import { blocksOf } from '../support/markdown.ts'
import {
  answersWithoutHost,
  ask,
  knowsAddresses,
  outlastsSilence,
  passesBodies,
  passesStreams,
  serve,
  tellsEndsApart,
} from './support/behaviour.ts'
import { startDocumented } from './support/proxies.ts'

const blocks = blocksOf('docs/behind-a-proxy.md')

/** The settings that the page says a server behind a proxy on the same machine is started with. */
const settings = { HOST: '127.0.0.1', TRUST_PROXY: '127.0.0.1', LOGINS_PER_MINUTE: '2' }

for (const [kind, language, version] of [
  ['nginx', 'nginx', '-v'],
  ['caddy', 'caddyfile', 'version'],
  ['haproxy', 'haproxy', '-v'],
] as const) {
  const [block, ...others] = blocks.filter((block) => block.language === language)
  t.test(`the documented ${kind} passes on what it must`, async (t) => {
    if (!isInstalled(kind, version)) return t.pass(`left out: ${kind} is not here`)
    const start = async (environment: Record<string, string> = {}, silence?: string) => {
      const served = await serve(t, { ...settings, ...environment })
      const upstream = new URL(served.url).host
      const text = block?.text as string
      const proxy = await startDocumented[kind](t, text, { upstream, ...(silence && { silence }) })
      return { served, ...proxy }
    }
    const { url, served } = await start()
    await passesStreams(t, url, served)
    await passesBodies(t, url)
    await knowsAddresses(t, url, served)
    await answersWithoutHost(t, url)
    await tellsEndsApart(
      t,
      () => start(),
      kind === 'caddy' && isOldCaddy() ? 'the end' : 'an error',
    )
    await outlastsSilence(t, (await start({ HEARTBEAT_MS: '500' }, '2s')).url)
  })

  if (kind === 'caddy')
    t.test('the documented log of Caddy has no token', async (t) => {
      if (!isInstalled(kind, version)) return t.pass(`left out: ${kind} is not here`)
      const served = await serve(t, settings)
      const upstream = new URL(served.url).host
      const proxy = await startDocumented.caddy(t, others[0]?.text as string, { upstream })
      await ask(proxy.url, '/v1/events?presence=none&token=ey.a.b')
      const deadline = Date.now() + 10_000
      let log = ''
      while (!log.includes('presence=none') && Date.now() < deadline)
        log = await proxy.accessLog().catch(() => '')
      t.match(log, 'presence=none')
      t.notMatch(log, 'ey.a.b')
    })
}

/** Caddy 2.6 and older tell a broken stream as one that ended; the page says so. */
function isOldCaddy(): boolean {
  const [, minor = ''] = /^v?2\.(\d+)/.exec(execFileSync('caddy', ['version']).toString()) ?? []
  return Number(minor) <= 6
}

t.test('what HAProxy asks by itself is no health check', async (t) => {
  const served = await serve(t, settings)
  t.equal((await ask(served.url, '/', { method: 'OPTIONS' })).status, 405)
  t.equal((await ask(served.url, '/readyz')).status, 200)
})
