// What lies where in DATA_DIR, and the embedded server's credentials.
import { randomBytes, randomInt } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseRefused } from './refused.ts'

export type Layout = {
  readonly root: string
  readonly cluster: string
  readonly credentials: string
  readonly log: string
  readonly run: string
  readonly mutex: string
}

export type Credentials = { readonly password: string; readonly port: number }

export const superuser = 'regulars'
export const databaseName = 'regulars'

export function prepareLayout(dataDir: string): Layout {
  const root = writableFolder(dataDir)
  const run = join(root, 'run')
  return {
    root,
    cluster: join(root, 'postgres'),
    credentials: join(root, 'postgres.json'),
    log: join(root, 'postgres.log'),
    run,
    mutex: join(run, 'postgres.lock'),
  }
}

function writableFolder(dataDir: string): string {
  try {
    mkdirSync(join(dataDir, 'run'), { recursive: true })
    accessSync(join(dataDir, 'run'), constants.W_OK)
    return realpathSync(dataDir)
  } catch (cause) {
    throw new DatabaseRefused(`this user cannot write into DATA_DIR (${dataDir})`, { cause })
  }
}

export function urlOf(credentials: Credentials, database = databaseName): string {
  return `postgres://${superuser}:${credentials.password}@127.0.0.1:${credentials.port}/${database}`
}

export function readCredentials(layout: Layout): Credentials | undefined {
  let text: string
  try {
    text = readFileSync(layout.credentials, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new DatabaseRefused(`cannot read ${layout.credentials}: was the server started by another user?`, {
      cause: error,
    })
  }
  const { password, port } = JSON.parse(text) as Credentials
  return { password, port }
}

export async function createCredentials(layout: Layout): Promise<Credentials> {
  const credentials = { password: randomBytes(24).toString('hex'), port: await findFreePort() }
  writeCredentials(layout, credentials)
  return credentials
}

/** Atomic: a reader sees the old content or the new. */
export function writeCredentials(layout: Layout, credentials: Credentials): void {
  const temporary = `${layout.credentials}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(credentials)}\n`, { mode: 0o600 })
  renameSync(temporary, layout.credentials)
}

/** Below the range from which systems give ports to outgoing connections, so that a remembered port stays free. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(20_000, 32_000)
    if (await isPortFree(port)) return port
  }
  throw new DatabaseRefused('no free port between 20000 and 32000 on 127.0.0.1')
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
