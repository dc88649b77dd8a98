// The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
import { Command, CommanderError } from 'commander'
import { version } from '../platform/version.ts'
import { registerBackup } from './backup.ts'
import { registerBench } from './bench.ts'
import { registerImport } from './import.ts'
import { registerMigrate } from './migrate.ts'
import { explain } from './refusal.ts'
import { registerServe } from './serve.ts'
import { registerTenant } from './tenant.ts'
import { registerVerify } from './verify.ts'

/** Every command registers itself: one line here, one file beside this one. */
const commands: readonly ((program: Command) => void)[] = [
  registerServe,
  registerMigrate,
  registerTenant,
  registerBackup,
  registerImport,
  registerVerify,
  registerBench,
]

const environmentHelp = `
Environment:
  HOST, PORT          where to listen (127.0.0.1, 8080)
  PUBLIC_URL          how clients reach the server, for links and base URLs
  DATABASE_URL        an existing PostgreSQL 16 to 18; without it an embedded one is used
  DATA_DIR            where the embedded PostgreSQL keeps its files (data, beside the program)
  REGULARS_DEMO=off   no demo tenant
  REGULARS_ROLE       all, api or worker: what serve does (all)
  API_HOSTS           host names that answer as one API: api.shop.example=rees46,...
  TRUST_PROXY=1       a proxy in front says who calls (X-Forwarded-For, X-Forwarded-Host)
  DATABASE_POOL       connections of one process (20)
  BODY_LIMIT_BYTES    the longest request (10485760)
  LOG_LEVEL           trace, debug, info, warn, error, fatal or silent (info)
  REGULARS_ALLOW_PRIVATE_WEBHOOKS=1  webhooks may go to private addresses

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`

process.exitCode = await run(process.argv)

async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('regulars')
    .description('Open customer engagement and loyalty server.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', environmentHelp)
  for (const register of commands) register(program)
  for (const command of withSubcommands(program)) {
    command.showHelpAfterError('(--help shows what is possible)').exitOverride()
  }
  try {
    await program.parseAsync([...argv])
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    console.error(explain(error))
    return 1
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}
