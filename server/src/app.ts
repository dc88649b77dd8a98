// The composition root: the only place that knows every API. It decides nothing that an API could decide itself.
import type { IncomingMessage } from 'node:http'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import { answerUnknown as carecloud, carecloudApi } from './apis/carecloud/plugin.ts'
import { answerUnknown as classic } from './apis/classic/errors.ts'
import { classicApi } from './apis/classic/plugin.ts'
import { answerNotFound as cleverreach } from './apis/cleverreach/errors.ts'
import { cleverreachApi } from './apis/cleverreach/plugin.ts'
import { answerUnknown as crmcom } from './apis/crmcom/errors.ts'
import { crmcomApi } from './apis/crmcom/plugin.ts'
import { serveConsole } from './apis/http/console.ts'
import { parseQuery } from './apis/http/content.ts'
import { makeDocumentation } from './apis/http/documentation.ts'
import { serveFiles } from './apis/http/files.ts'
import { serveHealth } from './apis/http/health.ts'
import { apiHostRewriter } from './apis/http/hosts.ts'
import type { ApiMount, ApiOptions } from './apis/http/options.ts'
import { observeRequests } from './apis/http/requests.ts'
import { serveSdk } from './apis/http/sdk.ts'
import { answerUnreadable as native } from './apis/native/errors.ts'
import { nativeApi } from './apis/native/plugin.ts'
import { answerUnreadable as rees46 } from './apis/rees46/errors.ts'
import { rees46Api } from './apis/rees46/plugin.ts'
import type { Config } from './platform/config.ts'
import { systemRandom } from './platform/random.ts'
import { makeServer, type ServerParts } from './platform/server.ts'
import { version } from './platform/version.ts'

/** Each API that is served; its plugin is encapsulated: its own errors, authentication and content types. */
const mounts: readonly ApiMount[] = [
  { name: 'native', prefix: '/api/v1', plugin: nativeApi, answerUnreadable: native },
  { name: 'rees46', prefix: '/rees46', plugin: rees46Api, answerUnreadable: rees46 },
  { name: 'cleverreach', prefix: '/cleverreach', plugin: cleverreachApi, answerUnreadable: cleverreach },
  { name: 'crmcom', prefix: '/crmcom', plugin: crmcomApi, answerUnreadable: crmcom },
  { name: 'carecloud', prefix: '/carecloud', plugin: carecloudApi, answerUnreadable: carecloud },
  { name: 'classic', prefix: '/classic', plugin: classicApi, answerUnreadable: classic },
]

export interface AppParts extends ServerParts {
  readonly config: Config
  /** Told of every route as it is made, for tests that try them all. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void
}

/** The whole HTTP server, ready to listen or to be injected into. The database must be migrated. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const { config, log } = parts
  const options: ApiOptions = { server: await makeServer(parts), config }
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger, // pino is one; without the cast its type enters every plugin's signature
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: config.trustProxy,
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // Once the server closes nobody new gets in; who is connected is answered and told to go, in the words of its API.
    return503OnClosing: false,
    frameworkErrors: answerUnreadable,
    rewriteUrl: apiHostRewriter(config, mountPrefixes()),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500, querystringParser: parseQuery },
  })
  if (parts.onRoute) app.addHook('onRoute', parts.onRoute)
  observeRequests(app, mountPrefixes())
  serveHealth(app, options)
  serveSdk(app)
  // A worker answers for its health only.
  if (config.role === 'worker') return app
  serveFiles(app, options.server)
  await serveApis(app, options)
  await serveConsole(app, config)
  return app
}

async function serveApis(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const documentation = makeDocumentation(version)
  for (const mount of mounts) {
    await app.register(
      async (scope) => {
        await documentation.collect(scope, mount)
        await mount.plugin(scope, options)
      },
      { prefix: mount.prefix },
    )
  }
  await documentation.serve(app)
}

function mountPrefixes(): ReadonlyMap<string, string> {
  return new Map(mounts.map((mount) => [mount.name, mount.prefix]))
}

/** An address that cannot be read reaches no route: the API it was meant for is asked to word the refusal. */
function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const mount = mounts.find(({ prefix }) => request.url.startsWith(`${prefix}/`))
  if (mount) return void mount.answerUnreadable(request, reply)
  const status = error.statusCode ?? 400
  const problem = { type: 'about:blank', title: 'The address cannot be read', status, code: 'request.invalid' }
  void reply.code(status).type('application/problem+json').send(problem)
}

/** A proxy's id is kept when it is a harmless one, so that its log and ours can be joined. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : systemRandom.hex(16)
}
