// The whole HTTP server on a database of its own, for tests that speak to it over the wire.
import type { FastifyInstance } from 'fastify'
import { afterAll } from 'vitest'
import { type AppParts, createApp } from '../src/app.ts'
import type { Clock } from '../src/platform/clock.ts'
import { type Config, readConfig } from '../src/platform/config.ts'
import type { Server } from '../src/platform/ctx.ts'
import type { Pool } from '../src/platform/db.ts'
import { type Log, makeLog } from '../src/platform/log.ts'
import type { Random } from '../src/platform/random.ts'
import { makeServer } from '../src/platform/server.ts'
import { testDatabase } from './harness.ts'

export interface TestApp {
  /** Answers `app.inject({ method, url, headers, payload })` without a socket. */
  readonly app: FastifyInstance
  /** What `createTenant(server, ...)` and `makeCtx(server, tenant, actor)` take. */
  readonly server: Server
  readonly config: Config
  readonly pool: Pool
  readonly databaseUrl: string
}

export interface TestAppOptions {
  readonly clock?: Clock
  readonly random?: Random
  readonly config?: Partial<Config>
  readonly onRoute?: AppParts['onRoute']
  /** Silent unless TEST_LOG_LEVEL says otherwise. */
  readonly log?: Log
}

/** Call it at the top of a test file: `const { app, server } = await testApp()`. Closed after the file's last test. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { pool, url } = await testDatabase()
  const config = { ...readConfig({}), publicUrl: 'http://localhost:8080', ...options.config }
  const log = options.log ?? makeLog({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
  const parts = { pool, log, clock: options.clock, random: options.random }
  const app = await createApp({ ...parts, config, onRoute: options.onRoute })
  await app.ready()
  afterAll(() => app.close())
  return { app, server: await makeServer(parts), config, pool, databaseUrl: url }
}
