import { resolve } from 'node:path'

/** Everything the environment decides; read here and nowhere else. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Where links and base URLs point; no trailing slash. */
  readonly publicUrl: string
  /** Said by the operator, not made of host and port. */
  readonly publicUrlIsGiven: boolean
  readonly databaseUrl: string | undefined
  readonly dataDir: string
  readonly logLevel: string
  readonly demo: boolean
  readonly poolSize: number
  readonly role: 'all' | 'api' | 'worker'
  readonly allowPrivateWebhooks: boolean
  /** Host names that answer as one API at their root: {"api.shop.example": "rees46"}. */
  readonly apiHosts: Readonly<Record<string, string>>
  readonly trustProxy: boolean
  readonly bodyLimitBytes: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** A setting that no server can run with; the message names it and says what it may be. */
export class ConfigRefused extends Error {}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readConfig(env: Environment = process.env): Config {
  // Set and empty is not set, for every variable: an empty host would be every address of the machine.
  const host = env.HOST || '127.0.0.1'
  const port = readInteger(env, 'PORT', 8080, { min: 0, max: 65_535 })
  return {
    host,
    port,
    publicUrl: readPublicUrl(env.PUBLIC_URL) ?? localUrl(host, port),
    publicUrlIsGiven: Boolean(env.PUBLIC_URL),
    databaseUrl: readDatabaseUrl(env.DATABASE_URL),
    dataDir: resolve(env.DATA_DIR || './data'),
    logLevel: readLogLevel(env.LOG_LEVEL),
    demo: env.REGULARS_DEMO !== 'off',
    poolSize: readInteger(env, 'DATABASE_POOL', 20, { min: 1, max: 500 }),
    role: readRole(env.REGULARS_ROLE),
    allowPrivateWebhooks: env.REGULARS_ALLOW_PRIVATE_WEBHOOKS === '1',
    apiHosts: readApiHosts(env.API_HOSTS ?? ''),
    trustProxy: env.TRUST_PROXY === '1',
    bodyLimitBytes: readInteger(env, 'BODY_LIMIT_BYTES', 10 * 1024 * 1024, { min: 1024, max: 1024 * 1024 * 1024 }),
  }
}

/** Where this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw new ConfigRefused(`PUBLIC_URL must look like https://loyalty.example, not "${text}"`)
}

// The text is not repeated: it holds a password.
function readDatabaseUrl(text: string | undefined): string | undefined {
  if (!text || /^(postgres(ql)?|socket):/.test(text)) return text || undefined
  throw new ConfigRefused('DATABASE_URL must look like postgres://user:password@host:5432/database')
}

function readLogLevel(text: string | undefined): string {
  const level = text || 'info'
  if (logLevels.includes(level)) return level
  throw new ConfigRefused(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${text}"`)
}

function readInteger(env: Environment, name: string, fallback: number, bounds: { min: number; max: number }): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
    throw new ConfigRefused(`${name} must be a whole number from ${bounds.min} to ${bounds.max}, not "${text}"`)
  }
  return value
}

function readRole(text: string | undefined): Config['role'] {
  if (text === undefined || text === '' || text === 'all') return 'all'
  if (text === 'api' || text === 'worker') return text
  throw new ConfigRefused(`REGULARS_ROLE must be all, api or worker, not "${text}"`)
}

function readApiHosts(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const [host, api] = pair.split('=')
      if (!host || !api) throw new ConfigRefused(`API_HOSTS must look like host=api,host=api; "${pair}" does not`)
      return [host.toLowerCase(), api]
    }),
  )
}

/** The same, with flags of the command line, which win over the environment. */
export function readConfigWith(flags: Environment): Config {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  return readConfig({ ...process.env, ...Object.fromEntries(given) })
}
