import type { IncomingMessage } from 'node:http'
import { type Config, ConfigRefused } from '../../platform/config.ts'

/** Answered as they are on every host: load balancers ask for health, pages load the SDK. */
const sharedPaths = new Set(['/healthz', '/readyz', '/v3.js'])

/**
 * A host name bound to an API (API_HOSTS) answers as that API at its root: the path is put under the API's prefix before
 * routing. A name bound to an API that is not served is a mistake in the configuration and is refused at the start.
 */
export function apiHostRewriter(config: Config, prefixes: ReadonlyMap<string, string>) {
  const prefixByHost = new Map(
    Object.entries(config.apiHosts).map(([host, api]) => {
      const prefix = prefixes.get(api)
      if (prefix === undefined) {
        const known = [...prefixes.keys()].join(', ')
        throw new ConfigRefused(`API_HOSTS binds ${host} to ${api}, which is none of ${known}`)
      }
      return [host, prefix]
    }),
  )
  return (request: IncomingMessage): string => {
    const url = readable(request.url ?? '/')
    if (prefixByHost.size === 0) return url
    const prefix = prefixByHost.get(hostOf(request, config.trustProxy))
    const path = url.split('?', 1)[0] ?? '/'
    if (prefix === undefined || sharedPaths.has(path) || path.startsWith('/files/')) return url
    const alreadyThere = path === prefix || path.startsWith(`${prefix}/`)
    return alreadyThere ? url : prefix + url
  }
}

// The router refuses a path that can't be decoded (%ff) in words of its own before any API hears of it. Taken literally it
// is an id that nobody has, and the API says so in its own shape.
function readable(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  if (!path.includes('%')) return url
  try {
    decodeURIComponent(path)
    return url
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length)
  }
}

function hostOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-host'] : undefined
  const host = (typeof forwarded === 'string' ? forwarded.split(',')[0] : undefined) ?? request.headers.host ?? ''
  return host.trim().toLowerCase().replace(/:\d+$/, '')
}
