import { listSegments } from '../../core/audience/index.ts'
import {
  type Benefit,
  type Condition,
  createReward,
  type RewardDefinition,
  type RewardInput,
} from '../../core/loyalty/index.ts'
import { findOrganisation, listReferenceItems } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, toMinor } from '../../platform/money.ts'
import { startOfDay } from '../http/times.ts'
import type { Call } from './call.ts'
import type { Fields } from './decode.ts'
import { type Answer, created, idOf } from './encode.ts'
import { type Presentation, rewardTypes, type Wording } from './reward.ts'
import { readPartner } from './routes/partners.ts'

/** A reward that a shop's own system makes in one call: so much off, vouchers on demand. */
export async function createSimpleReward({ ctx, body }: Call): Promise<Answer> {
  const fields = body.needObject('simple_reward')
  const input = await readSimpleReward(ctx, fields)
  body.done()
  return created({ reward_id: idOf(ctx, 'reward', (await createReward(ctx, input)).id) })
}

async function readSimpleReward(ctx: Ctx, fields: Fields): Promise<RewardInput> {
  readPartner(ctx, fields, { required: false })
  // There is one partner whose rewards these are; who means one alone names it.
  if (fields.value('global_reward') === false && !fields.has('partner_id')) fields.refuse('partner_id', 'required')
  fields.needBoolean('global_reward')
  const names = textsIn(fields, { field: 'names', max: 300 })
  if (names.length === 0) fields.refuse('names', fields.has('names') ? 'empty' : 'required')
  const [from, to] = [readStart(ctx, fields), readEnd(ctx, fields)]
  if (from && to && to <= from) fields.refuse('valid_date_to', 'not_allowed_value')
  return {
    code: fields.needText('code', { max: 100, pattern: /^\S(?:.*\S)?$/ }),
    name: own(ctx, names) ?? '',
    // Typed in at the till by whoever knows it, or as a voucher of one's own.
    usage: 'code',
    kind: 'simple',
    state: fields.needChoice('state', [1, 2]) === 1 ? 'active' : 'paused',
    priority: fields.integer('priority', { min: 1, max: 9 }) ?? 5,
    pointsCost: fields.integer('points_cost', { min: 0 }) ?? 0,
    validFrom: from,
    validTo: to,
    definition: await readDefinition(ctx, fields),
    presentation: { ...(await readPresentation(ctx, fields, names)) },
  }
}

const isDay = (value: unknown) => typeof value === 'string' && value.trim().length <= 'YYYY-MM-DD'.length

/** A day from its beginning, or a time to the second. */
function readStart(ctx: Ctx, fields: Fields): Date | null {
  if (!isDay(fields.value('valid_date_from'))) return fields.time('valid_date_from') ?? null
  const day = fields.date('valid_date_from')
  return day === undefined ? null : startOfDay(day, ctx.tenant.timeZone)
}

/** A day to its end, or a time to the second. */
function readEnd(ctx: Ctx, fields: Fields): Date | null {
  if (!isDay(fields.value('valid_date_to'))) return fields.time('valid_date_to') ?? null
  const day = fields.date('valid_date_to')
  return day === undefined ? null : startOfDay(day, ctx.tenant.timeZone, 1)
}

async function readDefinition(ctx: Ctx, fields: Fields): Promise<RewardDefinition> {
  const validity = readValidity(fields)
  return {
    benefit: readBenefit(ctx, fields),
    conditions: await readConditions(ctx, fields),
    ...(validity ? { voucherValidity: validity } : {}),
    ...(fields.boolean('is_portable') ? { portable: true } : {}),
  }
}

function readBenefit(ctx: Ctx, fields: Fields): Benefit {
  const scale = currencyScale(ctx.tenant.currency)
  const id = fields.needId('reward_type_id', 'rewardType')
  const type = rewardTypes.find((one) => one.number === id)
  const isFinalPrice = type?.kind === 'fixed_price'
  const value = fields.needNumber('reward_type_value', {
    min: isFinalPrice ? 0 : 0.01,
    max: type?.kind === 'percent' ? 100 : 1_000_000_000,
  })
  const most = fields.number('maximum_discount_value', { min: 0.01, max: 1_000_000_000 })
  switch (type?.kind) {
    case 'percent':
      if (value !== Number(value.toFixed(3))) fields.refuse('reward_type_value', 'not_allowed_value')
      return { kind: 'percent', percent: value, ...(most === undefined ? {} : { maxMinor: toMinor(most, scale) }) }
    case 'fixed_price':
      return { kind: 'fixed_price', priceMinor: toMinor(value, scale) }
    case 'amount':
      return { kind: 'amount', amountMinor: toMinor(value, scale) }
    default:
      if (id !== 0) fields.refuse('reward_type_id', 'not_allowed_value')
      return { kind: 'thing' }
  }
}

async function readConditions(ctx: Ctx, fields: Fields): Promise<Condition[]> {
  const conditions: Condition[] = []
  const least = fields.number('minimum_purchase_value', { min: 0, max: 1_000_000_000 })
  if (least !== undefined && least > 0) {
    conditions.push({ kind: 'basket', minAmountMinor: toMinor(least, currencyScale(ctx.tenant.currency)) })
  }
  const storeIds: number[] = []
  for (const store of fields.objects('stores', { max: 1_000 })) {
    const id = store.needId('store_id', 'organisation')
    if ((await findOrganisation(ctx, id))?.kind === 'store') storeIds.push(id)
    else if (id !== 0) store.refuse('store_id', 'not_found')
  }
  if (storeIds.length > 0) conditions.push({ kind: 'store', storeIds })
  const segments = fields.objects('segments', { max: 1_000 })
  const known = segments.length > 0 ? await listSegments(ctx) : []
  const segmentIds = segments.flatMap((segment) => {
    const id = segment.needId('segment_id', 'segment')
    if (known.some((one) => one.id === id)) return [id]
    if (id !== 0) segment.refuse('segment_id', 'not_found')
    return []
  })
  if (segmentIds.length > 0) conditions.push({ kind: 'segment', segmentIds })
  return conditions
}

const endings = {
  end_of_the_day: 'day',
  end_of_day: 'day',
  end_of_the_week: 'week',
  end_of_week: 'week',
  end_of_the_month: 'month',
  end_of_month: 'month',
  end_of_the_year: 'year',
  end_of_year: 'year',
} as const

/** `30 minutes`, `7 days`, `10 weeks`, `1 year`. */
const interval = /^([1-9]\d{0,4}) ?(minute|hour|day|week|month|year)s?$/
const lasting: Readonly<Record<string, (count: number) => NonNullable<RewardDefinition['voucherValidity']>>> = {
  minute: (minutes) => ({ minutes }),
  hour: (hours) => ({ minutes: hours * 60 }),
  day: (days) => ({ days }),
  week: (weeks) => ({ days: weeks * 7 }),
  month: (months) => ({ months }),
  year: (years) => ({ months: years * 12 }),
}
const longestYears = 100

/** Undefined for what is no interval, or one of more than a hundred years. */
function readInterval(value: string): RewardDefinition['voucherValidity'] {
  const [, count = '0', unit = ''] = interval.exec(value) ?? []
  const validity = lasting[unit]?.(Number(count))
  if (!validity) return undefined
  if ('days' in validity) return validity.days <= longestYears * 366 ? validity : undefined
  return 'months' in validity && validity.months > longestYears * 12 ? undefined : validity
}

function readValidity(fields: Fields): RewardDefinition['voucherValidity'] {
  const mode = fields.needChoice('voucher_validity', ['reward_validity', 'interval', 'end_of_time_unit'])
  const value = (mode === 'reward_validity' ? undefined : fields.needText('voucher_validity_value', { max: 50 })) ?? ''
  if (mode === 'interval') {
    const validity = readInterval(value)
    if (value !== '' && !validity) fields.refuse('voucher_validity_value', 'not_allowed_value')
    return validity
  }
  if (mode === 'end_of_time_unit') {
    const endOf = Object.hasOwn(endings, value) ? endings[value as keyof typeof endings] : undefined
    if (value !== '' && !endOf) fields.refuse('voucher_validity_value', 'not_allowed_value')
    return { endOf: endOf ?? 'day' }
  }
  return undefined
}

async function readPresentation(ctx: Ctx, fields: Fields, names: readonly Said[]): Promise<Presentation> {
  const tagIds = fields.objects('tags', { max: 100 }).map((tag) => ({ tag, id: tag.needId('tag_id', 'reference') }))
  const known = tagIds.length > 0 ? await listReferenceItems(ctx, 'reward_tag') : []
  const tags = tagIds.flatMap(({ tag, id }) => {
    const found = known.find((one) => one.id === id)
    if (!found && id !== 0) tag.refuse('tag_id', 'not_found')
    return found ? [found.code] : []
  })
  const said = {
    names,
    notes: textsIn(fields, { field: 'notes', max: 2_000 }),
    subtitles: textsIn(fields, { field: 'subtitles', max: 2_000 }),
    images: urlsIn(fields, 'image_urls'),
    links: urlsIn(fields, 'reward_external_urls'),
  }
  // M: whoever makes a voucher brings its code. The vendor lists no values, so every other one means that codes are drawn here.
  const codes = fields.needText('voucher_code_generation_preference', { max: 50 })
  const { name: _, ...wording } = wordingIn(ctx, said, ctx.tenant.language)
  return {
    ...wording,
    ...translationsOf(ctx, said),
    ...(tags.length > 0 ? { tags } : {}),
    ...(/^m(anual)?$/i.test(codes) ? { voucherCodes: 'given' } : {}),
  }
}

/** A text or an address, and the language it is for. */
interface Said {
  readonly language: string | undefined
  readonly text: string
}

type Told = Readonly<Record<'names' | 'notes' | 'subtitles' | 'images' | 'links', readonly Said[]>>

function textsIn(fields: Fields, of: { field: string; max: number }): Said[] {
  return fields.objects(of.field, { max: 100 }).map((one) => ({
    language: one.text('language_code', { max: 20 })?.slice(0, 2).toLowerCase(),
    text: one.needText('text', { max: of.max }),
  }))
}

function urlsIn(fields: Fields, field: string): Said[] {
  return fields.objects(field, { max: 100 }).map((one) => ({
    language: one.text('language_code', { max: 20 })?.slice(0, 2).toLowerCase(),
    text: one.needText('url', { max: 2_000, pattern: /^https?:\/\/\S+$/ }),
  }))
}

/** The text in the shop's language, else the first one. */
function own(ctx: Ctx, said: readonly Said[]): string | undefined {
  return (said.find(({ language }) => language === ctx.tenant.language) ?? said[0])?.text
}

/** Everything in one language; in the shop's own, what is not told in it is the first that is told. */
function wordingIn(ctx: Ctx, told: Told, language: string): Wording {
  const isOwn = language === ctx.tenant.language
  const text = (said: readonly Said[]) => (isOwn ? own(ctx, said) : said.find((one) => one.language === language)?.text)
  const inLanguage = told.images.filter((one) => one.language === language)
  const images = (isOwn && inLanguage.length === 0 ? told.images : inLanguage).map((one) => one.text)
  const [name, note, subtitle, link] = [told.names, told.notes, told.subtitles, told.links].map(text)
  return {
    ...(name === undefined ? {} : { name }),
    ...(note === undefined ? {} : { note }),
    ...(subtitle === undefined ? {} : { subtitle }),
    ...(images.length > 0 ? { imageUrls: images } : {}),
    ...(link === undefined ? {} : { externalUrl: link }),
  }
}

function translationsOf(ctx: Ctx, told: Told): Pick<Presentation, 'translations'> {
  const languages = new Set(
    Object.values(told)
      .flat()
      .flatMap(({ language }) => language ?? []),
  )
  languages.delete(ctx.tenant.language)
  if (languages.size === 0) return {}
  return {
    translations: Object.fromEntries([...languages].map((language) => [language, wordingIn(ctx, told, language)])),
  }
}
