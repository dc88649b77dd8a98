import { deleteExpired } from '../core/accounts/index.ts'
import { maintainEvents } from '../core/events/index.ts'
import { settleDue } from '../core/ledger/index.ts'
import { expireReservations, settleAllCharges } from '../core/loyalty/index.ts'
import { deliverWaiting } from '../core/messaging/index.ts'
import { runReplays } from '../core/purchases/index.ts'
import type { Server } from '../platform/ctx.ts'
import { dbOf } from '../platform/db.ts'
import { metrics } from '../platform/metrics.ts'
import type { Loop } from './loops.ts'
import { countJobs } from './queue-store.ts'

/** Work that runs by the clock. Each may run twice or late: what it does depends on the state it finds alone. */
export interface ScheduledTask {
  readonly name: string
  /** Minute, hour, day of month, month, day of week; UTC. */
  readonly cron: string
  run(server: Server, signal: AbortSignal): Promise<void>
}

const settleBatch = 500

export const scheduledTasks: readonly ScheduledTask[] = [
  {
    name: 'settle_balances',
    cron: '* * * * *',
    run: async (server, signal) => {
      // After a downtime there may be many: batch after batch until nothing is due.
      while (!signal.aborted && (await settleDue(server, settleBatch)) === settleBatch);
    },
  },
  {
    name: 'expire_reservations',
    cron: '* * * * *',
    run: async (server, signal) => {
      while (!signal.aborted && (await expireReservations(server, settleBatch)) === settleBatch);
    },
  },
  {
    name: 'settle_charges',
    cron: '7 * * * *',
    run: async (server, signal) => {
      await settleAllCharges(server, { batch: settleBatch, signal })
    },
  },
  { name: 'maintain_events', cron: '17 2 * * *', run: (server) => maintainEvents(server) },
  { name: 'delete_expired', cron: '41 2 * * *', run: (server) => deleteExpired(server) },
  {
    name: 'measure_queue',
    cron: '* * * * *',
    run: async (server) => metrics.jobsQueued(await countJobs(dbOf(server.pool))),
  },
]

/** Work that somebody waits for. */
export const loops: readonly Loop[] = [
  { what: 'the delivery of messages', work: (server) => deliverWaiting(server) },
  { what: 'the replay of a rule', work: runReplays },
]
