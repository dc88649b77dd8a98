import { deliverWaiting } from '../core/messaging/index.ts'
import type { Server } from '../platform/ctx.ts'

/** A message waits at most this long for its turn. Asking costs one look at a small index. */
const pauseMs = 1_000
/** After a failure: long enough for a database that restarts, short enough that nobody notices. */
const pauseAfterFailureMs = 5_000

export interface Delivery {
  /** Resolves when the batch under way has ended. */
  stop(): Promise<void>
}

/**
 * Sends what waits, again and again. Polling instead of NOTIFY: a notification takes a lock at commit that all tenants'
 * writes would share.
 */
export function startDelivery(server: Server): Delivery {
  const stopping = new AbortController()
  const running = deliverUntil(server, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

async function deliverUntil(server: Server, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ended = await deliverOnce(server)
    await pause(ended ? pauseMs : pauseAfterFailureMs, signal)
  }
}

async function deliverOnce(server: Server): Promise<boolean> {
  try {
    await deliverWaiting(server)
    return true
  } catch (error) {
    server.log.error({ err: error }, 'messages could not be delivered')
    return false
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
