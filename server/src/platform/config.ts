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

export function readConfig(env: Environment = process.env): Config {
  const host = env.HOST ?? '127.0.0.1'
  const port = readInteger(env, 'PORT', 8080, { min: 0, max: 65_535 })
  return {
    host,
    port,
    publicUrl: (env.PUBLIC_URL || `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`).replace(
      /\/+$/,
      '',
    ),
    publicUrlIsGiven: Boolean(env.PUBLIC_URL),
    databaseUrl: env.DATABASE_URL || undefined,
    dataDir: resolve(env.DATA_DIR || './data'),
    logLevel: env.LOG_LEVEL ?? 'info',
    demo: env.REGULARS_DEMO !== 'off',
    poolSize: readInteger(env, 'DATABASE_POOL', 20, { min: 1, max: 500 }),
    role: readRole(env.REGULARS_ROLE),
    allowPrivateWebhooks: env.REGULARS_ALLOW_PRIVATE_WEBHOOKS === '1',
    apiHosts: readApiHosts(env.API_HOSTS ?? ''),
    trustProxy: env.TRUST_PROXY === '1',
    bodyLimitBytes: readInteger(env, 'BODY_LIMIT_BYTES', 10 * 1024 * 1024, { min: 1024, max: 1024 * 1024 * 1024 }),
  }
}

function readInteger(env: Environment, name: string, fallback: number, bounds: { min: number; max: number }): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
    throw new Error(`${name} must be a whole number from ${bounds.min} to ${bounds.max}, not "${text}"`)
  }
  return value
}

function readRole(text: string | undefined): Config['role'] {
  if (text === undefined || text === '' || text === 'all') return 'all'
  if (text === 'api' || text === 'worker') return text
  throw new Error(`REGULARS_ROLE must be all, api or worker, not "${text}"`)
}

function readApiHosts(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const [host, api] = pair.split('=')
      if (!host || !api) throw new Error(`API_HOSTS must look like host=api,host=api; "${pair}" does not`)
      return [host.toLowerCase(), api]
    }),
  )
}

/** The same, with flags of the command line, which win over the environment. */
export function readConfigWith(flags: Environment): Config {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  return readConfig({ ...process.env, ...Object.fromEntries(given) })
}
