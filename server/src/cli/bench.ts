import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Argument, type Command } from 'commander'
import { Refusal } from './refusal.ts'

const folder = fileURLToPath(new URL('../../../bench/', import.meta.url))

/** What a file of `bench/` exports: it sets up what it needs, prints its figures, and leaves nothing behind. */
interface Bench {
  bench(args: readonly string[]): Promise<void>
}

export function registerBench(program: Command): void {
  program
    .command('bench')
    .description('Measure one part of the server on this machine, in a database of its own.')
    .addArgument(new Argument('<name>', 'what to measure').choices(benchNames()))
    .argument('[args...]', "what it takes, e.g. the data set's file for import")
    .action(async (name: string, args: string[]) => {
      const file: Partial<Bench> = await import(new URL(`../../../bench/${name}.ts`, import.meta.url).href)
      if (!file.bench) throw new Refusal(`bench/${name}.ts measures nothing`)
      await file.bench(args)
    })
}

/** One file each; folders beside them hold what they share. */
function benchNames(): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[a-z-]+\.ts$/.test(entry.name))
      .map((entry) => basename(entry.name, '.ts'))
      .sort()
  } catch {
    // An installation without the repository's bench folder.
    return []
  }
}
