// Brings the embedded server back when it dies under us.
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

export type Supervision = {
  readonly server: ProcessIdentity
  /** Starts the server again, or finds the one that another process has started meanwhile. */
  readonly restart: () => Promise<ProcessIdentity>
  readonly log: (message: string) => void
  readonly onLost: (error: Error) => void
  /** The pause before the second attempt; it doubles from there. */
  readonly firstPauseMs?: number
}

const lookEveryMs = 250
const maxAttempts = 10
const firstPauseMs = 200
const maxPauseMs = 5_000
/** A server that lived this long was not part of a series of failures. */
const settledMs = 60_000

/** Watches by the process number, because whoever attached to a running server is not its parent. */
export function supervise(supervision: Supervision): { end(): void } {
  const pauseMs = supervision.firstPauseMs ?? firstPauseMs
  let server = supervision.server
  let since = performance.now()
  let attempts = 0
  let ended = false
  let timer: NodeJS.Timeout | undefined

  const look = async () => {
    if (!isAlive(server)) await bringBack()
    schedule()
  }
  const schedule = () => {
    if (ended) return
    timer = setTimeout(() => void look(), lookEveryMs)
    timer.unref()
  }
  const bringBack = async () => {
    if (performance.now() - since > settledMs) attempts = 0
    while (!ended) {
      if (attempts >= maxAttempts) {
        ended = true
        supervision.onLost(
          new Error(`the embedded PostgreSQL died ${attempts} times in a row; see postgres.log in DATA_DIR`),
        )
        return
      }
      attempts += 1
      if (attempts > 1) await delay(Math.min(maxPauseMs, pauseMs * 2 ** (attempts - 2)))
      if (ended) return
      try {
        supervision.log('the embedded PostgreSQL has died and is started again')
        server = await supervision.restart()
        since = performance.now()
        return
      } catch (error) {
        supervision.log(error instanceof Error ? error.message : String(error))
      }
    }
  }

  schedule()
  return {
    end: () => {
      ended = true
      clearTimeout(timer)
    },
  }
}
