// What the command line says when it cannot do what was asked.
import { BackupRefused } from '../platform/backup/backup.ts'
import { BackupUnreadable } from '../platform/backup/format.ts'
import { ConfigRefused } from '../platform/config.ts'
import { DomainError } from '../platform/errors.ts'
import { MigrationRefused } from '../platform/migrate.ts'
import { DatabaseRefused } from '../platform/postgres/index.ts'

/** A command cannot do what was asked, for a reason that its user can understand and mend. */
export class Refusal extends Error {}

/** An expected refusal is one sentence; anything else is a bug or a broken machine, where the stack helps. */
export function explain(error: unknown): string {
  if (error instanceof DomainError) return `regulars: ${error.code} ${JSON.stringify(error.data)}`
  const expected = [Refusal, ConfigRefused, MigrationRefused, BackupRefused, BackupUnreadable, DatabaseRefused]
  if (error instanceof Error && expected.some((kind) => error instanceof kind)) return `regulars: ${error.message}`
  return `regulars: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
