// One throw-away PostgreSQL for the whole test run, and in it one migrated database that every test file clones.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../src/platform/migrate.ts'
import { openDatabase } from '../src/platform/postgres/index.ts'
import { identityOf } from '../src/platform/postgres/process-identity.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server on which test databases are made. */
    testServerUrl: string
    templateDatabase: string
  }
}

const templateDatabase = 'regulars_template'
const folderPrefix = 'regulars-test-'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned()
  const dataDir = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  chmodSync(dataDir, 0o711)
  const server = await openDatabase({ dataDir, durable: false, log: console.error })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(`create database ${templateDatabase}`)
  await client.end()
  const templateUrl = new URL(server.url)
  templateUrl.pathname = templateDatabase
  await migrate(templateUrl.href)
  project.provide('testServerUrl', server.url)
  project.provide('templateDatabase', templateDatabase)
  return async () => {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

// A killed test run cannot stop its server; the next run does.
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue
    const owner = Number(name.slice(folderPrefix.length).split('-')[0])
    if (identityOf(owner)) continue
    const dataDir = join(tmpdir(), name)
    const server = await openDatabase({ dataDir, durable: false }).catch(() => undefined)
    await server?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
