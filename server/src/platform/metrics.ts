import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Pool } from './db.ts'

// One registry a process: metrics describe the process, not one app object in it.
const registry = new Registry()
collectDefaultMetrics({ register: registry })

const httpDuration = new Histogram({
  name: 'regulars_http_request_duration_seconds',
  help: 'Time from a request to its answer, by API and status.',
  labelNames: ['api', 'status'] as const,
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
})
const eventsRecorded = new Counter({
  name: 'regulars_events_recorded_total',
  help: 'Behaviour events stored.',
  registers: [registry],
})
const jobsDone = new Counter({
  name: 'regulars_jobs_total',
  help: 'Background jobs that ended, by name and outcome.',
  labelNames: ['job', 'outcome'] as const,
  registers: [registry],
})
const jobDuration = new Histogram({
  name: 'regulars_job_duration_seconds',
  help: 'How long background jobs took.',
  labelNames: ['job'] as const,
  buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120, 600],
  registers: [registry],
})
const messagesDelivered = new Counter({
  name: 'regulars_messages_total',
  help: 'Messages that left the waiting state, by channel and state.',
  labelNames: ['channel', 'state'] as const,
  registers: [registry],
})
const poolConnections = new Gauge({
  name: 'regulars_database_connections',
  help: 'Connections of the pool: open, idle, and requests waiting for one.',
  labelNames: ['state'] as const,
  registers: [registry],
})
const queuedJobs = new Gauge({
  name: 'regulars_jobs_queued',
  help: 'Background jobs that wait, and those that failed for good.',
  labelNames: ['state'] as const,
  registers: [registry],
})

/** What the code reports while it works; reading them is `metricsText`. */
export const metrics = {
  httpAnswered: (labels: { api: string; status: number }, seconds: number) =>
    httpDuration.observe({ api: labels.api, status: String(labels.status) }, seconds),
  eventsRecorded: (count: number) => eventsRecorded.inc(count),
  messageDelivered: (labels: { channel: string; state: string }, count = 1) => messagesDelivered.inc(labels, count),
  jobDone: (labels: { job: string; outcome: 'done' | 'failed' }, seconds: number) => {
    jobsDone.inc(labels)
    jobDuration.observe({ job: labels.job }, seconds)
  },
  jobsQueued: (counts: { waiting: number; failed: number }) => {
    queuedJobs.set({ state: 'waiting' }, counts.waiting)
    queuedJobs.set({ state: 'failed' }, counts.failed)
  },
} as const

export const metricsContentType = registry.contentType

/** Everything in Prometheus' text format. */
export function metricsText(pool: Pool): Promise<string> {
  poolConnections.set({ state: 'open' }, pool.totalCount)
  poolConnections.set({ state: 'idle' }, pool.idleCount)
  poolConnections.set({ state: 'waiting' }, pool.waitingCount)
  return registry.metrics()
}
