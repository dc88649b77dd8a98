import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { ApiMount } from './options.ts'

type Document = Readonly<Record<string, unknown>>

/** The documents of all APIs; each is made when it is first asked for, after every route is known. */
export interface Documentation {
  /** Call it before the API's own routes are added. */
  collect(scope: FastifyInstance, mount: ApiMount): Promise<void>
  /** Serves the documents and the page that shows them, from this server alone: it works without the internet. */
  serve(app: FastifyInstance): Promise<void>
}

const titles: Readonly<Record<string, string>> = {
  native: 'Regulars API v1',
  cleverreach: 'CleverReach REST v3 (compatible)',
  rees46: 'REES46 (compatible)',
  classic: 'Classic loyalty API (compatible)',
  crmcom: 'CRM.COM Self Service v1 (compatible)',
  carecloud: 'CareCloud v1.0 (compatible)',
}

const nativeAbout = `Everything about a shop's customers: who they are, what they bought, what they own and what they agreed to.

Send an API key as \`Authorization: Bearer rk_...\`. The console uses its session cookie instead, and then every request that
changes something carries the session's token as \`X-CSRF-Token\`. Amounts are integers of the smallest part of a currency or
unit, times are ISO 8601, lists go on with \`next_cursor\`, given back as \`after\` (histories: \`before\`). A POST with an
\`Idempotency-Key\` is carried out once: a retry gets the first answer. Refusals are problem details (RFC 9457) whose \`code\` is stable.`

export function makeDocumentation(version: string): Documentation {
  const scopes = new Map<string, FastifyInstance>()

  async function collect(scope: FastifyInstance, mount: ApiMount): Promise<void> {
    const native = mount.name === 'native'
    await scope.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: titles[mount.name] ?? mount.name, version, description: native ? nativeAbout : undefined },
        servers: [{ url: '/' }],
        ...(native ? { components: { securitySchemes }, security: [{ api_key: [] }, { session: [] }] } : {}),
      },
    })
    scopes.set(mount.name, scope)
  }

  async function serve(app: FastifyInstance): Promise<void> {
    const documentOf = (name: string): Document => {
      const scope = scopes.get(name)
      if (!scope) throw new Error(`no API named ${name} was collected`)
      return { ...scope.swagger() }
    }
    for (const name of scopes.keys()) {
      app.get(`/docs/${name}.json`, async () => documentOf(name))
    }
    if (!scopes.has('native')) return
    app.get('/api/v1/openapi.json', async () => documentOf('native'))
    await app.register(async (page) => {
      await page.register(swagger) // the page asks for it, but shows the documents named below
      await page.register(swaggerUi, {
        routePrefix: '/docs',
        staticCSP: pagePolicy,
        transformSpecification: () => documentOf('native'),
        uiConfig: {
          urls: [...scopes.keys()].map((name) => ({ url: `/docs/${name}.json`, name: titles[name] ?? name })),
          docExpansion: 'list',
          deepLinking: true,
          // The default asks a service on the internet whether the document is valid.
          validatorUrl: null,
        },
      })
    })
  }

  return { collect, serve }
}

const securitySchemes = {
  api_key: { type: 'http', scheme: 'bearer', description: 'An API key from the console, "rk_...".' },
  session: { type: 'apiKey', in: 'cookie', name: 'regulars_session', description: 'A signed-in person.' },
} as const

const pagePolicy = {
  'default-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'frame-ancestors': ["'none'"],
}
