import { type Logger, pino } from 'pino'

export type Log = Logger

/** Fields that may hold a person's data or a secret never reach the log, whoever logs them. */
const redacted = ['password', 'token', 'secret', 'email', 'phone', 'authorization', 'cookie', 'api_key', 'to_address']

export function makeLog(options: { level: string }): Log {
  return pino({
    level: options.level,
    base: null,
    redact: { paths: redacted.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  })
}
