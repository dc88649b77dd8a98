// A load generator that costs little: on a small machine the client's own work is what it takes from the server.
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

export interface Load {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** The whole request as it goes over the wire. */
  readonly request: () => Buffer
}

export interface Measured {
  readonly answered: number
  readonly failed: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
}

/** Each connection sends its next request when the one before is answered. */
export async function runLoad(load: Load): Promise<Measured> {
  const latencies: number[] = []
  const counts = { answered: 0, failed: 0 }
  const start = performance.now()
  const end = start + load.seconds * 1000
  await Promise.all(Array.from({ length: load.connections }, () => runConnection(load, end, { latencies, counts })))
  const seconds = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { ...counts, seconds, p50: at(0.5), p99: at(0.99) }
}

interface Results {
  readonly latencies: number[]
  readonly counts: { answered: number; failed: number }
}

function runConnection(load: Load, end: number, { latencies, counts }: Results): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(load.port, load.host)
    socket.setNoDelay(true)
    let sentAt = 0
    let received = ''
    const send = () => {
      sentAt = performance.now()
      socket.write(load.request())
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const status = statusOfWhole(received)
      if (status === undefined) return
      received = ''
      latencies.push(performance.now() - sentAt)
      if (status === 200) counts.answered++
      else counts.failed++
      if (performance.now() < end) send()
      else socket.end()
    })
  })
}

/** The status once the body is complete. */
function statusOfWhole(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0)
  return text.length >= headEnd + 4 + length ? Number(text.slice(9, 12)) : undefined
}
