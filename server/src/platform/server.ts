import { type Clock, systemClock } from './clock.ts'
import type { Server } from './ctx.ts'
import type { Pool } from './db.ts'
import { opaqueIds } from './ids.ts'
import type { Log } from './log.ts'
import { type Random, systemRandom } from './random.ts'
import { loadSecrets } from './secrets.ts'

export interface ServerParts {
  readonly pool: Pool
  readonly log: Log
  readonly clock?: Clock
  readonly random?: Random
}

/** Puts together what is the same for every tenant. The database must be migrated: the key of opaque ids lives in it. */
export async function makeServer(parts: ServerParts): Promise<Server> {
  const { opaqueIdKey } = await loadSecrets(parts.pool)
  return {
    pool: parts.pool,
    log: parts.log,
    clock: parts.clock ?? systemClock,
    random: parts.random ?? systemRandom,
    ids: opaqueIds(opaqueIdKey),
  }
}
