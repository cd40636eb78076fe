import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { environmentOf, repositoryFile, stagesOf } from '../support/container-files.ts'
import { freePort } from '../support/free-port.ts'
import { isInstalled } from '../support/is-installed.ts'
import { blocksOf } from '../support/markdown.ts'
import {
  answersWithoutHost,
  knowsAddresses,
  passesBodies,
  passesStreams,
  type Served,
  serve,
  tellsEndsApart,
} from './support/behaviour.ts'
import { startBalancer, startDocumented } from './support/proxies.ts'

/**
 * The chains of compose.yaml, with the documented nginx before them. Its networks 172.30.x.0/24 are
 * 127.0.x.0/24 here, so that each part has the address that the others know it by.
 */
const composed = parse(repositoryFile('compose.yaml').replaceAll('172.30.', '127.0.'), {
  merge: true,
})
const image = environmentOf(stagesOf(repositoryFile('Dockerfile')).at(-1) ?? [])
const [documented] = blocksOf('docs/behind-a-proxy.md').filter(
  ({ language }) => language === 'nginx',
)

/** A server started as its container is. */
async function serveComposed(t: Test, service: string, host: string, port: number) {
  const { DATABASE_URL, PGPASSWORD, ...environment } = composed.services[service].environment
  const { DATA_DIR, ...own } = { ...image, ...environment }
  return serve(t, { ...own, HOST: host, PORT: `${port}`, LOGINS_PER_MINUTE: '2' })
}

/** The proxy with TLS on the machine itself: it comes from the gateway of the network. */
function startOuter(t: Test, network: string, upstream: string) {
  const [{ gateway }] = composed.networks[network].ipam.config
  return startDocumented.nginx(t, documented?.text as string, { upstream, from: gateway })
}

async function startSingle(t: Test): Promise<{ url: string; served: Served }> {
  const host = '127.0.85.2'
  const served = await serveComposed(t, 'obrol', host, await freePort(host))
  const { url } = await startOuter(t, 'server', new URL(served.url).host)
  return { url, served }
}

async function startNode(t: Test): Promise<{ url: string; inner: string; served: Served }> {
  const host = composed.services['node-1'].networks.nodes.ipv4_address
  const port = await freePort(host)
  const served = await serveComposed(t, 'node-1', host, port)
  const balancer = await startBalancer(t, repositoryFile('deploy/nginx.conf'), port)
  const { url } = await startOuter(t, 'nodes', new URL(balancer.url).host)
  return { url, inner: balancer.url, served }
}

const here = isInstalled('nginx', '-v')

t.test('one server of compose.yaml, behind the documented nginx', async (t) => {
  if (!here) return t.pass('left out: nginx is not here')
  const { url, served } = await startSingle(t)
  await passesStreams(t, url, served)
  await passesBodies(t, url)
  await knowsAddresses(t, url, served)
})

t.test('a node of compose.yaml, behind its balancer and the documented nginx', async (t) => {
  if (!here) return t.pass('left out: nginx is not here')
  const { url, inner, served } = await startNode(t)
  await passesStreams(t, url, served)
  await passesBodies(t, url)
  await knowsAddresses(t, url, served)
  for (const at of [url, inner]) await answersWithoutHost(t, at)
  await tellsEndsApart(t, () => startNode(t))
})
