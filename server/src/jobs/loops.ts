import type { Server } from '../platform/ctx.ts'

/** Something that is looked for again and again, every time until nothing is left. */
export interface Loop {
  /** For the log: `${what} could not be done`. */
  readonly what: string
  work(server: Server, signal: AbortSignal): Promise<unknown>
}

/** What waits is found at most this long after it came. Asking costs one look at a small index. */
const pauseMs = 1_000
/** After a failure: long enough for a database that restarts, short enough that nobody notices. */
const pauseAfterFailureMs = 5_000

export interface RunningLoop {
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>
}

/**
 * Works off what waits, again and again. Polling instead of NOTIFY: a notification takes a lock at commit that all tenants'
 * writes would share.
 */
export function startLoop(server: Server, loop: Loop): RunningLoop {
  const stopping = new AbortController()
  const running = workUntil(server, loop, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

async function workUntil(server: Server, loop: Loop, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ended = await workOnce(server, loop, signal)
    await pause(ended ? pauseMs : pauseAfterFailureMs, signal)
  }
}

async function workOnce(server: Server, { what, work }: Loop, signal: AbortSignal): Promise<boolean> {
  try {
    await work(server, signal)
    return true
  } catch (error) {
    server.log.error({ err: error }, `${what} could not be done`)
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
