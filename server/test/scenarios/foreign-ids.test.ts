// A tenant sees only itself, and a customer who signed in only themselves. Whoever calls, every route of every API is asked
// for what belongs to somebody else: by ids in the path, in every field that is called like one, and in requests that
// would be fine otherwise. Nothing is shown, nothing changes, and the owner who asks the same is shown much.
import { beforeAll, describe, expect, test } from 'vitest'
import type { Ctx } from '../../src/platform/ctx.ts'
import { testApp } from '../app.ts'
import { type Asked, ask, type Caller, type Role, roles, routesOf, wordsOf } from '../wire/every-api.ts'
import { addPerson, type FullShop, kindOfTable, openFullShop, type Person } from '../wire/full-shop.ts'
import { goodRequests, type Names, namesOf } from '../wire/good-requests.ts'

const { app, server, pool } = await testApp()

// Thousands of requests: some hundred routes, each with every id of the other.
const timeout = 900_000

const victim = await openFullShop(app, server, 'Zyxwvut')
const caller = await openFullShop(app, server, 'Caller')
const neighbour = await addPerson(caller.ctx, 'Neighbourly')

/** Somebody whose things the caller must not reach. */
interface Other {
  readonly names: Names
  /** Ids of theirs, one of every kind. */
  readonly ids: readonly { readonly table: string; readonly id: number }[]
  readonly print: () => Promise<Record<string, string>>
}

let own: Names
const others: Record<'tenant' | 'customer', Other[]> = { tenant: [], customer: [] }

beforeAll(async () => {
  own = await namesOf(app, pool, caller)
  const stranger = { names: await namesOf(app, pool, victim), ids: await idsOf(victim), print: printOfTenant(victim) }
  others.tenant = [stranger]
  const names = await namesOf(app, pool, caller, neighbour)
  others.customer = [stranger, { names, ids: await idsOf(caller, neighbour), print: printOfPerson(neighbour) }]
})

const othersOf = (role: Role) => (role.includes(' ') ? others.customer : others.tenant)

describe.each(roles)('%s', (role) => {
  test('is shown and changes nothing of anybody else', { timeout }, async () => {
    for (const other of othersOf(role)) {
      const before = await other.print()
      const requests = [...swappedRequests(role, other.names), ...(await plainRequests(role, other))]
      expect(requests.length).toBeGreaterThan(5)
      expect(await leaks(caller.callers[role], requests, other.names.person)).toEqual([])
      expect(await other.print()).toEqual(before)
    }
  })
})

describe('asked by the owner', () => {
  test('the same ids in the same places show much', { timeout }, async () => {
    const shown = async (role: Role) => {
      const requests = await plainRequests(role, othersOf(role)[0] as Other, victim.ctx)
      const reading = requests.filter(({ method }) => method === 'get')
      return (await leaks(victim.callers[role], reading, victim.person)).length
    }
    expect(await shown('native')).toBeGreaterThan(20)
    expect(await shown('cleverreach')).toBeGreaterThan(20)
    expect(await shown('crmcom')).toBeGreaterThan(0)
    expect(await shown('crmcom contact')).toBeGreaterThan(5)
    expect(await shown('carecloud')).toBeGreaterThan(20)
    expect(await shown('carecloud customer')).toBeGreaterThan(10)
  })

  // Some requests take apart what others need: those of the customer come first, the classic removal comes last.
  const late = (role: Role) => (role === 'classic' ? 2 : role.includes(' ') ? 0 : 1)
  test.each(roles.toSorted((a, b) => late(a) - late(b)))('%s: what was swapped is taken', async (role) => {
    for (const asked of goodRequests[role](await namesOf(app, pool, victim))) {
      const answer = await ask(app, victim.callers[role], asked)
      const what = `${asked.method} ${asked.url} ${JSON.stringify(asked.query ?? asked.body)}: ${answer.body}`
      expect(answer.statusCode, what).toBeLessThan(300)
      if (role === 'classic') expect(answer.json().status, what).toBe('success')
    }
  })
})

test('the credentials of one API open no other', async () => {
  const open = { native: '/api/v1/customers', cleverreach: '/cleverreach/v3/groups' } as const
  for (const [name, url] of Object.entries(open)) {
    for (const role of roles) {
      const { statusCode, body } = await ask(app, caller.callers[role], { method: 'get', url })
      expect(statusCode, `${role} at ${url}: ${body}`).toBe(role === name ? 200 : 401)
    }
  }
})

/** Every route with the ids of the other in its path and in every field whose name may mean an id. */
async function plainRequests(role: Role, other: Other, spelling: Ctx = caller.ctx): Promise<Asked[]> {
  const { api } = caller.callers[role]
  const fieldNames = wordsOf(api).filter((word) => /(^|_)(id|ids|code|number|email|phone|key)$/.test(word))
  const values = valuesOf(role, other, spelling)
  const leads = [
    spell(role, caller.ctx, 'customers', own.ids.customers),
    spell(role, caller.ctx, 'lists', own.ids.lists),
  ]
  const requests: Asked[] = []
  for (const { method, path } of await routesOf(app, role, caller.callers[role])) {
    const parameters = path.match(/\{\w+\}/g)?.length ?? 0
    for (const [turn, value] of values.entries()) {
      // A path without a parameter is asked a few times only: its ids are in the fields.
      if (parameters === 0 && turn % 7 !== 0) continue
      // An opaque id in an address is a thing of the other, and nothing else: whatever is asked of it is refused.
      const mustRefuse = spelling === caller.ctx && parameters > 0 && /^[0-9a-f-]{32,36}$/.test(value)
      const fields = Object.fromEntries(fieldNames.map((name) => [name, value]))
      for (const lead of parameters > 1 ? [value, ...leads] : [value]) {
        let part = 0
        const url = path.replace(/\{\w+\}/g, () => encodeURIComponent(part++ === 0 ? lead : value))
        requests.push(
          method === 'get' || method === 'delete'
            ? { method, url, mustRefuse, query: fields }
            : { method, url, mustRefuse, body: fields },
        )
      }
    }
  }
  return requests
}

/**
 * Opaque ids are spelt as of the caller's own tenant, which nobody outside can do: past the decoder it is up to each
 * query to find nothing.
 */
function spell(role: Role, ctx: Ctx, table: string, id = 0): string {
  const kind = kindOfTable[table] ?? 'customer'
  if (role.startsWith('carecloud')) return ctx.ids.hex(kind, ctx.tenant.id, id)
  return role.startsWith('crmcom') ? ctx.ids.uuid(kind, ctx.tenant.id, id) : String(id)
}

function valuesOf(role: Role, { ids, names }: Other, spelling: Ctx): string[] {
  const { email, code, cardNumber, purchaseNumber, phone } = names.person
  const spelt = ids.map(({ table, id }) => spell(role, spelling, table, id))
  return [...spelt, email, phone, code, cardNumber, purchaseNumber, names.shop.productCode]
}

/** Requests that are right for the caller but for one name in them, which is the other's: one request a name. */
function swappedRequests(role: Role, names: Names): Asked[] {
  const theirs = goodRequests[role](names)
  return goodRequests[role](own).flatMap((mine, index) => {
    const other = theirs[index]
    return other ? (swaps(mine, other) as Asked[]) : [] // a request with other leaves is a request
  })
}

/** Every copy of `mine` in which one leaf is that of `theirs`, where the two differ; parts of an address are leaves. */
function swaps(mine: unknown, theirs: unknown): unknown[] {
  if (typeof mine === 'string' && typeof theirs === 'string' && mine.startsWith('/')) {
    const [parts, others] = [mine.split('/'), theirs.split('/')]
    return swaps(parts, others).map((swapped) => (swapped as string[]).join('/')) // parts, one of them swapped
  }
  if (typeof mine !== 'object' || mine === null || typeof theirs !== 'object' || theirs === null) {
    return mine === theirs ? [] : [theirs]
  }
  return Object.entries(mine).flatMap(([key, value]) =>
    swaps(value, (theirs as Record<string, unknown>)[key]).map((swapped) =>
      Array.isArray(mine) ? mine.with(Number(key), swapped) : { ...mine, [key]: swapped },
    ),
  )
}

/** Sends them all; answers those that failed and those whose answer shows more of the person than names do. */
async function leaks(who: Caller, requests: readonly Asked[], person: Person): Promise<string[]> {
  const { word, code, email, phone, cardNumber, purchaseNumber, externalId, device } = person
  // What was asked for may be echoed, also later, where it has become something of the caller's own.
  const names = [code, email, phone, cardNumber, purchaseNumber, externalId, device, `${word}-P`]
  const echoes = names.map((text) => text.toLowerCase())
  const found: string[] = []
  for (const asked of requests) {
    const answer = await ask(app, who, asked)
    const text = echoes.reduce(
      (rest, echo) => rest.replaceAll(echo, ''),
      decodeURIComponent(answer.body.toLowerCase().replaceAll('%', '%25')),
    )
    const what = `${asked.method} ${asked.url} ${JSON.stringify(asked.query ?? asked.body ?? '').slice(0, 200)}`
    if (asked.mustRefuse && answer.statusCode < 400) found.push(`${what} is taken`)
    if (answer.statusCode >= 500) found.push(`${what} failed: ${answer.body.slice(0, 200)}`)
    else if (text.includes(word.toLowerCase())) found.push(`${what} shows ${answer.body.slice(0, 300)}`)
  }
  return found
}

async function tablesWith(column: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = $1
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
    [column],
  )
  return rows.map(({ name }) => name)
}

/** One row of every table that APIs name rows of: the newest, of the person where the table says whose they are. */
async function idsOf(shop: FullShop, person?: Person): Promise<{ table: string; id: number }[]> {
  const personal = new Set([...(await tablesWith('customer_id')), 'customers'])
  const found: { table: string; id: number }[] = []
  for (const table of Object.keys(kindOfTable).filter((name) => !person || personal.has(name))) {
    const column = person ? (table === 'customers' ? 'id' : 'customer_id') : 'tenant_id'
    const { rows } = await pool.query<{ id: number }>(
      `select id from ${table} where tenant_id = $1 and ${column} = $2 order by id desc limit 1`,
      [shop.ctx.tenant.id, person?.id ?? shop.ctx.tenant.id],
    )
    found.push(...rows.map(({ id }) => ({ table, id })))
  }
  return found
}

const printOfTenant = (shop: FullShop) => async () => fingerprint('tenant_id', shop.ctx.tenant.id)
const printOfPerson = (person: Person) => async () => fingerprint('customer_id', person.id)

// A browser may tell of any order number: then both sales are marked, for the operator, as perhaps one.
async function fingerprint(column: string, value: number): Promise<Record<string, string>> {
  const prints: Record<string, string> = {}
  for (const table of await tablesWith(column)) {
    const { rows } = await pool.query<{ print: string }>(
      `select count(*) || ' ' || md5(coalesce(string_agg(row::text, '|' order by row::text), '')) as print
         from (select to_jsonb(t) - 'possible_twin' as row from ${table} t where ${column} = $1) rows`,
      [value],
    )
    prints[table] = rows[0]?.print ?? ''
  }
  return prints
}
