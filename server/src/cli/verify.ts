import type { Command } from 'commander'
import { getTenant } from '../core/accounts/index.ts'
import { type CheckResult, checkCount, verify } from '../core/verification/index.ts'
import { makeServer } from '../platform/server.ts'
import { showProgress } from './progress.ts'
import { Refusal } from './refusal.ts'
import { withDatabase } from './with-database.ts'

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('Prove on the live database that the books are right. Exit code 1, and the rows, on any breach.')
    .option('--tenant <slug>', 'only this tenant')
    .option('--json', 'print the result as one JSON object')
    .action((options: { tenant?: string; json?: boolean }) =>
      withDatabase(async (opened) => {
        const server = await makeServer(opened)
        const tenant = options.tenant === undefined ? undefined : await getTenant(server, options.tenant)
        const progress = showProgress('Verifying', checkCount)
        const result = await verify(server, {
          tenantId: tenant?.id,
          onCheck: (done, name) => progress.update(done, name),
        })
        progress.update(checkCount)
        progress.finish()
        if (options.json) console.log(JSON.stringify(result))
        else for (const one of result.results) print(one)
        if (!result.holds) throw new Refusal('the books do not hold')
        if (!options.json)
          console.log(`The books of ${result.tenants} ${result.tenants === 1 ? 'tenant' : 'tenants'} hold.`)
      }),
    )
}

function print({ check, claim, examined, breaches, rows }: CheckResult): void {
  console.log(
    `${breaches === 0 ? 'ok    ' : 'BROKEN'} ${check}: ${claim} (${examined} examined${breaches > 0 ? `, ${breaches} broken` : ''})`,
  )
  for (const row of rows) console.log(`         ${JSON.stringify(row)}`)
  if (breaches > rows.length) console.log(`         and ${breaches - rows.length} more`)
}
