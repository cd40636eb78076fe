import type { IncomingHttpHeaders } from 'node:http'
import type { onRequestHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { isConsole } from '../connection/console-sockets.ts'
import type { HttpSettings } from '../services.ts'
import { AllowedHosts } from './allowed-hosts.ts'
import { type Authority, absoluteForm, readAuthority } from './authority.ts'

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** How much of an origin an error shows, in characters: it may be as long as the headers. */
const maxShownLength = 100

/**
 * Refuses requests for another host, and requests that a browser sends for a page of another site: the
 * browser may reach this server where the authors of the page cannot.
 *
 * @param settings the hosts of this server, and the other origins whose pages may call
 */
export function rejectCrossSite({
  allowedHosts,
  corsOrigins,
}: Pick<HttpSettings, 'allowedHosts' | 'corsOrigins'>): onRequestHookHandler {
  const hosts = new AllowedHosts(allowedHosts)
  const origins = new Set(corsOrigins)

  return ({ raw: { method, headers, socket }, originalUrl }, _reply, done) => {
    // No name leads to a Unix socket, and no browser.
    if (isConsole({ socket })) return done()
    const host = checkHost(hosts, headers.host, originalUrl)
    if (!host.isAllowed)
      throw new Problem(
        'unknown-host',
        `This server is not known as ${host.name}. If it should be, add the name to ALLOWED_HOSTS where the server is started; behind a proxy, set TRUST_PROXY too.`,
      )
    const { origin } = headers
    const allowed = origin !== undefined && (origins.has(origin) || origins.has('*'))
    if (!allowed && isCrossSite(method, headers, host))
      throw new Problem('cross-site', refusalDetail(origin, host))
    done()
  }
}

/**
 * The host that a request is for: the authority of a target in absolute form (RFC 9112, section 3.2.2),
 * else its `Host`, which must be valid in either case. `X-Forwarded-Host` does not count, because
 * clients can send it too.
 *
 * @throws {Problem} `malformed-request`
 */
function checkHost(hosts: AllowedHosts, header = '', target: string) {
  const host = hosts.check(header)
  if (host === undefined)
    throw new Problem(
      'malformed-request',
      'Host must be a name or an address, and may have a port behind a colon.',
    )
  if (target.startsWith('/')) return host
  const authority = absoluteForm.exec(target)?.[1]
  if (authority === undefined) return host
  const checked = hosts.check(authority)
  if (!checked?.name)
    throw new Problem(
      'malformed-request',
      'A whole address must name a host after its scheme, and may have a port behind a colon.',
    )
  return checked
}

/**
 * Whether a browser sent the request for a page of another site (Fetch Metadata Request Headers, W3C).
 * Following a link from another site is allowed. Browsers send no `Sec-Fetch-Site` over plain http, but
 * to loopback addresses. There, and in old browsers, `Origin` (RFC 6454, section 7.3) decides, which
 * every request has that can change something. Other programs send neither.
 */
function isCrossSite(
  method: string | undefined,
  { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin }: IncomingHttpHeaders,
  host: Authority,
): boolean {
  if (site === 'same-origin' || site === 'none') return false
  if (site === 'cross-site' || site === 'same-site') return method !== 'GET' || mode !== 'navigate'
  return origin !== undefined && !isSameOrigin(host, origin)
}

/**
 * Whether an origin is that of a host. A missing port is the default of the scheme of the origin: a
 * proxy may add TLS, so the server does not know its own scheme.
 */
function isSameOrigin(host: Authority, origin: string): boolean {
  const [, scheme = '', authority = ''] = /^(https?):\/\/(.+)$/.exec(origin) ?? []
  const own = defaultPorts[scheme]
  const page = readAuthority(authority)
  if (own === undefined || !page?.name) return false
  return page.name === host.name && (page.port || own) === (host.port || own)
}

function refusalDetail(origin: string | undefined, { name, port }: Authority): string {
  if (origin === undefined)
    return 'A page of another site asked for this, and did not say which. Pages of the origins in CORS_ORIGINS may call, with CORS.'
  if (origin === 'null')
    return 'A page without an origin asked for this: a local file, or a sandboxed frame. Only CORS_ORIGINS=* lets such pages call.'
  const host = port === '' ? name : `${name}:${port}`
  return `The page that asked for this is from ${origin.slice(0, maxShownLength)}, and the server is ${host}. To let it call, add its origin to CORS_ORIGINS where the server is started; a proxy must pass Host on as it comes.`
}
