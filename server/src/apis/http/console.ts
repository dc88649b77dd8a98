import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../platform/config.ts'

const consoleFolder = fileURLToPath(new URL('../../../../console/dist', import.meta.url))

/**
 * The web console at `/`: files as built, and its page for every address that no API has, so that the console's own
 * addresses can be opened directly. Only these answers carry the browser's protections; APIs do not pay for them.
 */
export async function serveConsole(app: FastifyInstance, config: Config): Promise<void> {
  const built = existsSync(join(consoleFolder, 'index.html'))
  await app.register(helmet, { global: false, ...pageProtection(config) })
  await app.register(fastifyStatic, {
    root: consoleFolder,
    serve: built,
    suppressWarning: true,
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', cacheOf(path))
      reply.header('x-content-type-options', 'nosniff')
    },
  })
  const page = async (_request: FastifyRequest, reply: FastifyReply) => {
    await reply.helmet()
    if (!built) return reply.type('text/plain').send('The console is not built yet. Run: npm run build -w console\n')
    return reply.sendFile('index.html')
  }
  app.get('/', page)
  app.setNotFoundHandler(async (request, reply) => {
    if (request.method === 'GET' && wantsPage(request)) return page(request, reply)
    return reply
      .code(404)
      .type('application/problem+json')
      .send({ type: 'about:blank', title: 'Not found', status: 404, code: 'request.not_found' })
  })
}

function wantsPage(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? ''
  const isFile = /\.[a-z0-9]{1,5}$/i.test(path)
  return !isFile && (request.headers.accept ?? '').includes('text/html')
}

/** Vite puts a hash of the content into the names under assets/, so these never change; everything else is asked anew. */
function cacheOf(path: string): string {
  return /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

function pageProtection(config: Config) {
  const secure = config.publicUrl.startsWith('https:')
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The component library sets styles on elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        // Product pictures come from the shop's own web site.
        imgSrc: ["'self'", 'data:', 'blob:', 'https:', 'http:'],
        fontSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: secure ? { maxAge: 15_552_000 } : false,
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' as const } : false,
    originAgentCluster: false,
  }
}
