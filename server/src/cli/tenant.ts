import { type Command, Option } from 'commander'
import { listTenants } from '../core/accounts/index.ts'
import type { Config } from '../platform/config.ts'
import { makeCtx, type Server } from '../platform/ctx.ts'
import { findRunningServer } from '../platform/running-server.ts'
import { makeServer } from '../platform/server.ts'
import {
  type Connections,
  type CreatedTenant,
  createTenant,
  describeConnections,
  type TemplateName,
  templateNames,
} from '../template/index.ts'
import { withDatabase } from './with-database.ts'

interface CreateFlags {
  readonly name?: string
  readonly template: TemplateName
  readonly currency?: string
  readonly timeZone?: string
  readonly language?: string
  readonly country?: string
  readonly email?: string
  readonly json?: true
}

export function registerTenant(program: Command): void {
  const tenant = program.command('tenant').description('Make and list tenants: the shops of this server.')
  tenant
    .command('create')
    .description('Make a tenant and print how to reach it. Passwords and keys are shown this once.')
    .argument('<slug>', 'short name: lower-case letters, digits and dashes')
    .option('--name <name>', 'name that people read (default: the slug)')
    .addOption(new Option('--template <template>', 'what it starts with').choices(templateNames).default('retail'))
    .option('--currency <code>', 'such as GBP (default: EUR)')
    .option('--time-zone <zone>', 'such as Europe/London (default: Europe/Berlin)')
    .option('--language <code>', 'such as de (default: en)')
    .option('--country <code>', 'such as GB (default: DE)')
    .option('--email <address>', 'who signs in on the console (default: owner@SLUG.example)')
    .option('--json', 'print one JSON object')
    .action((slug: string, flags: CreateFlags) => create(slug, flags))
  tenant
    .command('list')
    .description('List the tenants in the order they were made.')
    .option('--json', 'print a JSON array')
    .action((flags: { json?: true }) => list(flags))
}

function create(slug: string, flags: CreateFlags): Promise<void> {
  return withDatabase(async ({ pool, log, config }) => {
    const server = await makeServer({ pool, log })
    const { name, template, email, json, ...fields } = flags
    const created = await createTenant(server, { slug, name: name ?? slug, template, ownerEmail: email, ...fields })
    const description = await describe(server, config, created)
    console.log(json ? JSON.stringify(description, null, 2) : inWords(description))
  })
}

type Description = Connections & {
  /** The slug. */
  readonly tenant: string
  readonly console: { readonly url: string; readonly email: string; readonly password: string }
}

async function describe(server: Server, config: Config, created: CreatedTenant): Promise<Description> {
  const publicUrl = addressOf(config)
  const { tenant, owner, apiKey } = created
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'cli', via: 'cli' })
  return {
    tenant: tenant.slug,
    console: { url: `${publicUrl}/`, ...owner },
    ...(await describeConnections(ctx, { publicUrl, apiKey })),
  }
}

/** What the operator says, else where the server runs now, else where it would with these settings. */
function addressOf(config: Config): string {
  const running = config.publicUrlIsGiven ? undefined : findRunningServer(config.dataDir)
  return running ?? config.publicUrl
}

function inWords(description: Description): string {
  const { tenant, console: access, ...ways } = description
  const lines = Object.entries(ways).flatMap(([way, fields]) => ['', way, ...linesOf(fields)])
  return [`made tenant ${tenant}`, '', 'console', ...linesOf(access), ...lines].join('\n')
}

function linesOf(fields: object, indent = '  '): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'object' ? [`${indent}${name}`, ...linesOf(value, `${indent}  `)] : `${indent}${name}  ${value}`,
  )
}

function list(flags: { json?: true }): Promise<void> {
  return withDatabase(async ({ pool, log }) => {
    const tenants = await listTenants(await makeServer({ pool, log }))
    if (flags.json) {
      console.log(
        JSON.stringify(
          tenants.map(({ id, slug, name, currency }) => ({ id, slug, name, currency })),
          null,
          2,
        ),
      )
      return
    }
    for (const tenant of tenants) console.log(`${tenant.slug.padEnd(20)}  ${tenant.currency}  ${tenant.name}`)
    if (tenants.length === 0) console.log('no tenants yet: regulars tenant create SLUG --name NAME')
  })
}
