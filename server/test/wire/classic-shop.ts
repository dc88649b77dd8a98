// A shop whose campaigns are spoken to as a till of the classic API does.
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { listProgrammes } from '../../src/core/loyalty/index.ts'
import { type Ctx, makeCtx, type Server } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'

export interface ClassicShop {
  readonly ctx: Ctx
  readonly user: { readonly user_id: string; readonly user_password: string; readonly account_id: string }
  /** Ids of the campaigns by their type. */
  readonly campaigns: Record<'points' | 'stored_value' | 'fixed_reward' | 'visits' | 'items', string>
}

export type Fields = Readonly<Record<string, string | number | undefined>>

export function form(fields: Fields): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()
}

export const refused = (error: string) => ({ status: 'error', error, errors: [error] })

/** What tests of this API say to the app. */
export function classicClient(app: FastifyInstance, server: Server) {
  async function openShop(slug: string): Promise<ClassicShop> {
    const { tenant } = await createTenant(server, { slug, name: `Shop ${slug}`, template: 'retail' })
    const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
    const { base_url: _, ...user } = (await describeConnections(ctx, { publicUrl: '' })).classic
    const programmes = await listProgrammes(ctx)
    const campaigns = Object.fromEntries(
      programmes.map(({ kind, id }) => [kind, String(id)]),
    ) as ClassicShop['campaigns'] // the template has one of each kind
    return { ctx, user, campaigns }
  }

  async function post(fields: Fields) {
    const answer = await app.inject({
      method: 'POST',
      url: '/classic/api.php',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: form(fields),
    })
    expect(answer.statusCode, answer.payload).toBe(200)
    return answer
  }

  /** The answer in JSON, the shape that is easiest to compare. */
  async function ask(shop: Pick<ClassicShop, 'user'>, fields: Fields) {
    return (await post({ ...shop.user, output: 'json', ...fields })).json()
  }

  /** The same, of something that must not be refused. */
  async function done(shop: Pick<ClassicShop, 'user'>, fields: Fields) {
    const answer = await ask(shop, fields)
    expect(answer.status, JSON.stringify(answer)).toBe('success')
    return answer
  }

  /** A new customer's code. */
  async function newCustomer(shop: ClassicShop, fields: Fields = {}): Promise<string> {
    return (await done(shop, { type: 'record_customer', ...fields })).customer.code
  }

  async function balanceOf(shop: ClassicShop, code: string, campaign_id: string): Promise<string> {
    return (await done(shop, { type: 'customer_balance', code, campaign_id, transactions_number: 0 })).campaign.customer
      .balance
  }

  return { openShop, post, ask, done, newCustomer, balanceOf }
}
