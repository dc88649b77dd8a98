/**
 * What runs beside requests: scheduled work (graphile-worker, one process at a time for each run), the delivery of messages and
 * the replay of rules (every worker takes its own batch). Any number of workers may run.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Logger, parseCronItems, type Runner, run, type TaskList } from 'graphile-worker'
import type { Server } from '../platform/ctx.ts'
import { metrics } from '../platform/metrics.ts'
import { jobSchema } from '../platform/migrate.ts'
import { startLoop } from './loops.ts'
import { loops, type ScheduledTask, scheduledTasks } from './tasks.ts'

export interface Jobs {
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>
}

const concurrency = 2
/** A run that was missed while no worker was there is caught up with when one comes back within this time. */
const catchUpMs = 7 * 24 * 60 * 60 * 1000
const frequent = '* * * * *'
const restartMs = 1_000

/**
 * Starts at once with everything that may have become due while no worker ran. The queue gives up when the database goes
 * away, also while it starts; it is started anew until the database is back.
 */
export async function startJobs(server: Server, tasks: readonly ScheduledTask[] = scheduledTasks): Promise<Jobs> {
  const stopping = new AbortController()
  let runner: Runner | undefined = await startRunner(server, tasks, stopping.signal).catch(noteFailure)
  const queue = keepRunning()
  const running = loops.map((loop) => startLoop(server, loop))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all([...running.map((loop) => loop.stop()), runner && stopRunner(runner), queue])
    },
  }

  function noteFailure(error: unknown): undefined {
    server.log.error({ err: error }, 'the job queue stopped and is started anew')
  }

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        runner ??= await startRunner(server, tasks, stopping.signal)
        await runner.promise
      } catch (error) {
        noteFailure(error)
      }
      runner = undefined
      await delay(restartMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
}

async function startRunner(server: Server, tasks: readonly ScheduledTask[], signal: AbortSignal): Promise<Runner> {
  const runner = await run({
    pgPool: server.pool,
    schema: jobSchema,
    concurrency,
    noHandleSignals: true,
    // Without a batch the queue does not listen to whether a job could be marked as done: a database that is away would
    // end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: loggerOf(server),
    taskList: taskListOf(server, tasks, signal),
    parsedCronItems: parseCronItems(tasks.map(cronItemOf)),
  })
  // Heard from the first moment on: a rejection that nobody awaits ends the process.
  runner.promise.catch(() => undefined)
  for (const task of tasks) await runner.addJob(task.name, {}, { jobKey: `start:${task.name}`, maxAttempts: 3 })
  return runner
}

function cronItemOf(task: ScheduledTask) {
  // What runs every minute catches up by running once.
  const backfillPeriod = task.cron === frequent ? 0 : catchUpMs
  return {
    task: task.name,
    match: task.cron,
    identifier: task.name,
    // One waiting job a task: when the worker is late, the runs it missed become one.
    options: { backfillPeriod, maxAttempts: 5, jobKey: task.name, jobKeyMode: 'preserve_run_at' as const },
  }
}

function taskListOf(server: Server, tasks: readonly ScheduledTask[], signal: AbortSignal): TaskList {
  return Object.fromEntries(tasks.map((task) => [task.name, () => runTask(server, task, signal)]))
}

async function runTask(server: Server, task: ScheduledTask, signal: AbortSignal): Promise<void> {
  const start = performance.now()
  const ended = (outcome: 'done' | 'failed') =>
    metrics.jobDone({ job: task.name, outcome }, (performance.now() - start) / 1000)
  try {
    await task.run(server, signal)
    ended('done')
  } catch (error) {
    ended('failed')
    server.log.error({ err: error, job: task.name }, 'a job failed')
    // The queue tries again later.
    throw error
  }
}

async function stopRunner(runner: Runner): Promise<void> {
  try {
    await runner.stop()
  } catch {
    // It had stopped by itself, e.g. because the database went away.
  }
}

/** The queue's own words are of interest only when something is wrong. */
function loggerOf(server: Server): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error') server.log.error({ message }, 'job queue')
    else if (level === 'warning') server.log.warn({ message }, 'job queue')
    else server.log.debug({ message }, 'job queue')
  })
}
