import type { Command } from 'commander'
import { withDatabase } from './with-database.ts'

export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database to the schema of this program. Serving does it too.')
    .action(() =>
      withDatabase(async ({ applied }) => {
        for (const name of applied) console.log(`applied ${name}`)
        if (applied.length === 0) console.log('nothing to do: the database is up to date')
      }),
    )
}
