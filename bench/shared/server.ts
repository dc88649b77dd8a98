// The server as it runs in production: a process of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../server/src/cli/main.ts', import.meta.url))

export interface BenchServer {
  readonly host: string
  readonly port: number
  /** Of its process, whose memory may be looked at. */
  readonly pid: number
}

export async function withBenchServer(
  databaseUrl: string,
  work: (server: BenchServer) => Promise<void>,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'regulars-bench-'))
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    REGULARS_DEMO: 'off',
    LOG_LEVEL: 'warn',
  }
  const args = ['--disable-warning=ExperimentalWarning', main, 'serve']
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    await work({ host: '127.0.0.1', port: await portOf(child.stdout), pid: child.pid ?? 0 })
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The server prints its address when it listens. */
function portOf(output: NodeJS.ReadableStream): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const port = /http:\/\/[^:\s]+:(\d+)/.exec(text)?.[1]
      if (port) resolve(Number(port))
    })
    output.on('end', () => reject(new Error('the server ended before it listened')))
  })
}
