// Where a server of this DATA_DIR answers: commands beside it learn its address here, whatever port it was told to take.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, ownIdentity, type ProcessIdentity } from './postgres/process-identity.ts'

type Record = ProcessIdentity & { readonly url: string }

const fileOf = (dataDir: string) => join(dataDir, 'server.json')

/** Leaves the address; the returned function takes it away again. */
export function recordServer(dataDir: string, url: string): () => void {
  const own: Record = { url, ...ownIdentity() }
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(fileOf(dataDir), JSON.stringify(own))
  return () => {
    // Another server may have come since.
    if (readRecord(dataDir)?.pid === own.pid) rmSync(fileOf(dataDir), { force: true })
  }
}

/** The address of the server that runs now; undefined when none does. */
export function findRunningServer(dataDir: string): string | undefined {
  const found = readRecord(dataDir)
  return found && isAlive(found) ? found.url : undefined
}

function readRecord(dataDir: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Record // written by recordServer alone
  } catch {
    return undefined
  }
}
