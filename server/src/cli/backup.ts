import type { Command } from 'commander'
import { writeBackup } from '../platform/backup/backup.ts'
import { readBackup } from '../platform/backup/restore.ts'
import { showProgress } from './progress.ts'
import { withDatabase } from './with-database.ts'

export function registerBackup(program: Command): void {
  program
    .command('backup')
    .argument('<file>', 'where to write it; the file must not exist yet')
    .description('Write the whole database, as it is at this moment, into one file. The server may go on working.')
    .addHelpText('after', '\nThe file holds personal data and every secret of the server. Keep it like a password.')
    .action((file: string) => withDatabase(({ url }) => backup(url, file)))
  program
    .command('restore')
    .argument('<file>', 'a file written by `regulars backup`')
    .description('Read a backup into an empty database. Stop the server first.')
    .action((file: string) => withDatabase(({ url }) => restore(url, file), { migrated: false }))
}

async function backup(url: string, file: string): Promise<void> {
  const progress = tableProgress('backup')
  const { tables, rows, bytes } = await writeBackup(url, file, progress.show).finally(progress.finish)
  console.log(`wrote ${rows} rows of ${tables} tables into ${file} (${(bytes / 2 ** 20).toFixed(1)} MB)`)
}

async function restore(url: string, file: string): Promise<void> {
  const progress = tableProgress('restore')
  const { tables, rows, jobsRestored } = await readBackup(url, file, progress.show).finally(progress.finish)
  console.log(`restored ${rows} rows of ${tables} tables`)
  if (!jobsRestored) console.log('jobs that were waiting are left out: the queue has another version now')
}

/** The number of tables is known only once the work has begun. */
function tableProgress(label: string) {
  let progress: ReturnType<typeof showProgress> | undefined
  return {
    show: (done: number, total: number, table: string) => {
      progress ??= showProgress(`${label} (tables)`, total)
      progress.update(done, table)
    },
    finish: () => progress?.finish(),
  }
}
