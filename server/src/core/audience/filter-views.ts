import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import type { CustomerId } from '../customers/index.ts'

/** What a rule looks at. Times are those of a membership in one of the lists that are searched. */
export type FilterField =
  | { readonly kind: 'email' | 'phone' | 'tags' }
  | { readonly kind: 'time'; readonly time: 'registered' | 'confirmed' | 'left' }
  | { readonly kind: 'profile'; readonly field: keyof typeof profileColumns }
  | { readonly kind: 'address'; readonly field: keyof typeof addressColumns }
  | { readonly kind: 'attribute'; readonly name: string }

export type FilterTest =
  | 'equals'
  | 'not_equals'
  | 'contains'
  | 'not_contains'
  | 'greater'
  | 'less'
  | 'empty'
  | 'not_empty'

export interface FilterRule {
  /** How it joins the rules before it, which hold together: (a or b) and c. */
  readonly join: 'and' | 'or'
  readonly field: FilterField
  readonly test: FilterTest
  /** Compared without regard to case. Tags: any of a list with commas. Times: seconds since 1970. */
  readonly value: string
}

export interface CustomerFilter {
  /** Empty: whoever is a member of any list. */
  readonly listIds: readonly number[]
  readonly rules: readonly FilterRule[]
  readonly offset: number
  readonly limit: number
}

const profileColumns = {
  firstName: sql`c.first_name`,
  lastName: sql`c.last_name`,
  title: sql`c.title`,
  companyName: sql`c.company_name`,
  gender: sql`c.gender`,
  birthday: sql`c.birthday::text`,
  language: sql`c.language`,
  country: sql`c.country`,
} as const

const addressColumns = { line1: sql`a.line1`, postalCode: sql`a.postal_code`, city: sql`a.city` } as const

/** Members of the lists whom the rules fit, by id. */
export async function filterMembers(ctx: Ctx, filter: CustomerFilter): Promise<CustomerId[]> {
  const rules = rulesOf(filter)
  const rows = await ctx.db.query<{ id: number }>(sql`
    select c.id from customers c
     where c.tenant_id = ${ctx.tenant.id} and c.state = 'identified' and exists (${membershipOf(filter)})
       and ${rules} order by c.id limit ${Math.min(filter.limit, 5_000)} offset ${filter.offset}`)
  return rows.map((row) => row.id as CustomerId)
}

function membershipOf({ listIds }: CustomerFilter): Sql {
  const own = sql`select 1 from list_members m where m.tenant_id = c.tenant_id and m.customer_id = c.id`
  return listIds.length === 0 ? own : sql`${own} and m.list_id = any(${listIds}::bigint[])`
}

function rulesOf(filter: CustomerFilter): Sql {
  return filter.rules.reduce<Sql>((all, rule, index) => {
    const condition = conditionOf(filter, rule)
    if (index === 0) return condition
    return rule.join === 'or' ? sql`(${all} or ${condition})` : sql`(${all} and ${condition})`
  }, sql`true`)
}

function conditionOf(filter: CustomerFilter, rule: FilterRule): Sql {
  const { field } = rule
  switch (field.kind) {
    case 'tags':
      return tagCondition(rule)
    case 'time':
      return sql`exists (${membershipOf(filter)} and ${timeCondition(times[field.time], rule)})`
    case 'email':
    case 'phone':
      return textCondition(
        sql`(select i.value from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id
                and i.kind = ${field.kind} order by i.is_primary desc, i.id limit 1)`,
        rule,
      )
    case 'address':
      return textCondition(
        sql`(select ${addressColumns[field.field]} from customer_addresses a
              where a.tenant_id = c.tenant_id and a.customer_id = c.id and a.is_primary)`,
        rule,
      )
    case 'profile':
      return textCondition(profileColumns[field.field], rule)
    case 'attribute':
      return textCondition(sql`c.attributes ->> ${field.name}`, rule)
  }
}

const times = { registered: sql`m.registered_at`, confirmed: sql`m.confirmed_at`, left: sql`m.left_at` } as const

function tagCondition({ test, value }: FilterRule): Sql {
  const tags = value
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean)
  const own = sql`select 1 from tags t where t.tenant_id = c.tenant_id and t.customer_id = c.id`
  if (test === 'empty') return sql`not exists (${own})`
  if (test === 'not_empty') return sql`exists (${own})`
  const has = sql`exists (${own} and t.tag = any(${tags}::text[]))`
  return test === 'not_contains' || test === 'not_equals' ? sql`not ${has}` : has
}

function timeCondition(time: Sql, { test, value }: FilterRule): Sql {
  if (test === 'empty') return sql`${time} is null`
  if (test === 'not_empty') return sql`${time} is not null`
  const at = timeOf(value)
  if (test === 'greater') return sql`${time} > ${at}`
  if (test === 'less') return sql`${time} < ${at}`
  const same = sql`date_trunc('second', ${time}) = ${at}`
  return test === 'not_equals' || test === 'not_contains' ? sql`${same} is not true` : same
}

const lastSecond = 8_640_000_000_000

/** What is no number is the beginning of time; what lies beyond its ends is the end: nobody joined before or after them. */
function timeOf(value: string): Date {
  const seconds = Number(value)
  return new Date(Math.min(Math.max(Number.isNaN(seconds) ? 0 : seconds, 0), lastSecond) * 1000)
}

function textCondition(expression: Sql, { test, value }: FilterRule): Sql {
  const text = sql`lower(coalesce(${expression}, ''))`
  const wanted = value.toLowerCase()
  switch (test) {
    case 'equals':
      return sql`${text} = ${wanted}`
    case 'not_equals':
      return sql`${text} <> ${wanted}`
    case 'contains':
      return sql`strpos(${text}, ${wanted}) > 0`
    case 'not_contains':
      return sql`strpos(${text}, ${wanted}) = 0`
    case 'empty':
      return sql`${text} = ''`
    case 'not_empty':
      return sql`${text} <> ''`
    default:
      return ordered(text, { isGreater: test === 'greater', wanted })
  }
}

// Numbers compare as numbers, days and names as texts.
function ordered(text: Sql, { isGreater, wanted }: { isGreater: boolean; wanted: string }): Sql {
  const sign = isGreater ? sql`>` : sql`<`
  if (!/^-?\d{1,30}(\.\d{1,10})?$/.test(wanted)) return joinSql([text, sql`${wanted}`], isGreater ? ' > ' : ' < ')
  return sql`case when ${text} ~ '^-?[0-9]{1,30}(\\.[0-9]{1,10})?$' then ${text}::numeric ${sign} ${wanted}::numeric else false end`
}
