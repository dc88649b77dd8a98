import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../platform/config.ts'
import type { Server } from '../../platform/ctx.ts'

/** What every API's plugin is registered with. */
export interface ApiOptions {
  readonly server: Server
  readonly config: Config
}

/** One API in the composition root's table. `prefix` is where it answers when no host name is bound to it. */
export interface ApiMount {
  readonly name: string
  readonly prefix: string
  readonly plugin: (app: FastifyInstance, options: ApiOptions) => Promise<void>
  /** Answers an address under the prefix that cannot be decoded, in the API's own shape; no route sees such a request. */
  readonly answerUnreadable: (request: FastifyRequest, reply: FastifyReply) => unknown
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by an API's authentication, so that the request's log line can name the tenant. */
    tenantId: number | null
  }
  interface FastifyContextConfig {
    /** True on routes called so often that their successes are not logged one by one. */
    quiet?: boolean
  }
}
