/** What one run of a workload gave. */
export interface Measurement {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly count: number
}

/** Runs `work` over and over in `concurrency` loops for so many seconds; `work` gets a number that is never given twice. */
export async function measure(
  options: { concurrency: number; seconds: number },
  work: (number: number) => Promise<unknown>,
): Promise<Measurement> {
  const durations: number[] = []
  const start = performance.now()
  const end = start + options.seconds * 1_000
  let next = Math.floor(start * 1_000)
  const loop = async () => {
    while (performance.now() < end) {
      const began = performance.now()
      await work(next++)
      durations.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, loop))
  return summarise(durations, performance.now() - start)
}

export function summarise(durations: number[], elapsedMs: number): Measurement {
  durations.sort((a, b) => a - b)
  const at = (share: number) => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0
  return { perSecond: (durations.length * 1_000) / elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99), count: durations.length }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/**
 * Runs two workloads in turn, A B A B, so that a change of the machine's speed meets both, and prints the medians and the
 * ratio pair by pair: the only figure worth comparing between machines.
 */
export async function compare(
  label: string,
  rounds: number,
  ours: () => Promise<Measurement>,
  baseline: { name: string; run: () => Promise<Measurement> },
  /** What a shop that has been open for a while has: run once, after the unmeasured round. */
  settle?: () => Promise<unknown>,
): Promise<void> {
  // Once unmeasured: code is compiled, plans are made, pages are read.
  await ours()
  await baseline.run()
  await settle?.()
  const pairs: { a: Measurement; b: Measurement }[] = []
  for (let round = 0; round < rounds; round++) pairs.push({ a: await ours(), b: await baseline.run() })
  const ratios = pairs.map(({ a, b }) => a.perSecond / b.perSecond)
  print(
    label,
    pairs.map(({ a }) => a),
  )
  print(
    baseline.name,
    pairs.map(({ b }) => b),
  )
  console.log(
    `  ratio ${(100 * median(ratios)).toFixed(0)} % (${ratios.map((ratio) => `${(100 * ratio).toFixed(0)} %`).join(', ')})`,
  )
}

function print(label: string, runs: readonly Measurement[]): void {
  const rate = median(runs.map((run) => run.perSecond))
  const [p50, p99] = [median(runs.map((run) => run.p50Ms)), median(runs.map((run) => run.p99Ms))]
  console.log(
    `  ${label.padEnd(44)} ${rate.toFixed(0).padStart(8)}/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`,
  )
}
