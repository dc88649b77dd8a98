import type { LineFilter, Reward } from '../../core/loyalty/index.ts'
import { findOrganisation, listReferenceItems } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../platform/money.ts'
import { idOf, type Row, stateOf, timeOf } from './encode.ts'
import { recordRows } from './properties.ts'
import { storeRow } from './routes/stores.ts'

/** Who a reward is for, as this API numbers it. */
export const rewardGroups = { till: 0, catalogue: 1, campaign: 2, simple: 4, gift_card: 5 } as const satisfies Readonly<
  Record<Reward['kind'], number>
>

/** What a reward gives. Their number is in the id: never change one. */
export const rewardTypes = [
  { number: 1, kind: 'amount', name: 'Fixed discount' },
  { number: 2, kind: 'percent', name: 'Discount in per cent' },
  { number: 3, kind: 'fixed_price', name: 'Discounted price' },
  { number: 4, kind: 'buy_get', name: 'Buy some, get some' },
  { number: 5, kind: 'cheapest_free', name: 'Cheapest free' },
  { number: 6, kind: 'free_item', name: 'Free product' },
  { number: 7, kind: 'thing', name: 'Something beside the bill' },
] as const satisfies readonly { number: number; kind: Reward['definition']['benefit']['kind']; name: string }[]

export function rewardTypeId(ctx: Ctx, kind: string): string | null {
  const type = rewardTypes.find((one) => one.kind === kind)
  return type ? idOf(ctx, 'rewardType', type.number) : null
}

/** What a reward is called and shown with, in one language. */
export interface Wording {
  readonly name?: string
  readonly note?: string
  readonly subtitle?: string
  readonly imageUrls?: readonly string[]
  readonly externalUrl?: string
}

/** Texts, pictures and tags of a reward: shown, never decided on. The wording without a language is in the shop's own. */
export interface Presentation extends Omit<Wording, 'name'> {
  /** By ISO 639-1 code. */
  readonly translations?: Readonly<Record<string, Wording>>
  /** Codes of reference items of kind reward_tag. */
  readonly tags?: readonly string[]
  /** By the code of a reward property. */
  readonly properties?: Readonly<Record<string, unknown>>
  /** given: nobody draws codes for its vouchers. */
  readonly voucherCodes?: 'given'
}

/** What is shown is free JSON to whoever keeps it there: what is not of the shape that is meant here is left out. */
export function presentationOf({ presentation }: Pick<Reward, 'presentation'>): Presentation {
  const { tags, properties, translations, voucherCodes } = presentation
  return {
    ...wordingFrom(presentation),
    ...(Array.isArray(tags) ? { tags: textsOf(tags) } : {}),
    ...(isRecord(properties) ? { properties } : {}),
    ...(isRecord(translations) ? { translations: translationsFrom(translations) } : {}),
    ...(voucherCodes === 'given' ? { voucherCodes } : {}),
  }
}

function translationsFrom(given: Readonly<Record<string, unknown>>): Record<string, Wording> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([language, one]) =>
      isRecord(one) ? [[language, { ...wordingFrom(one), ...textOf(one, 'name') }]] : [],
    ),
  )
}

function wordingFrom(given: Readonly<Record<string, unknown>>): Omit<Wording, 'name'> {
  const { imageUrls } = given
  return {
    ...textOf(given, 'note'),
    ...textOf(given, 'subtitle'),
    ...textOf(given, 'externalUrl'),
    ...(Array.isArray(imageUrls) ? { imageUrls: textsOf(imageUrls) } : {}),
  }
}

function textOf<Name extends string>(
  given: Readonly<Record<string, unknown>>,
  name: Name,
): Partial<Record<Name, string>> {
  const text = given[name]
  return (typeof text === 'string' ? { [name]: text } : {}) as Partial<Record<Name, string>> // a computed key has the name's type
}

function textsOf(list: readonly unknown[]): string[] {
  return list.filter((one) => typeof one === 'string')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the client can read first, part by part; what is not translated is in the shop's language. */
function wordingOf(reward: Reward, languages: readonly string[]): Wording {
  const { translations = {}, ...own } = presentationOf(reward)
  const wanted = languages.find((language) => Object.hasOwn(translations, language))
  return { name: reward.name, ...own, ...(wanted === undefined ? {} : translations[wanted]) }
}

/** How rewards are to be shown. */
export interface RewardView {
  readonly withStores: boolean
  readonly languages: readonly string[]
}

export type RelationType = 'condition' | 'bonus'

/** What a reward asks to be bought (condition), and what it makes cheaper (bonus), each as filters of lines. */
export function relationsOf(reward: Reward): Readonly<Record<RelationType, readonly LineFilter[]>> {
  const { conditions, lines, benefit } = reward.definition
  const free = benefit.kind === 'free_item' ? [{ productCodes: [benefit.productCode] }] : []
  return {
    condition: conditions.flatMap((condition) => (condition.kind === 'lines' ? [condition.lines] : [])),
    bonus: [...(lines ? [lines] : []), ...free],
  }
}

const related = [
  ['productCodes', 'product'],
  ['categoryIds', 'product_group'],
  ['brandIds', 'product_brand'],
] as const

function names(filters: readonly LineFilter[], part: (typeof related)[number][0]): boolean {
  return filters.some((filter) => (filter[part]?.length ?? 0) > 0)
}

function relationRows(ctx: Ctx, filters: readonly LineFilter[], count: number) {
  const scale = currencyScale(ctx.tenant.currency)
  const price = (minor: number | undefined) => (minor === undefined ? null : fromMinor(minor, scale))
  return filters.flatMap((filter) =>
    related
      .filter(([part]) => (filter[part]?.length ?? 0) > 0)
      .map(([, name]) => ({
        related_to: name,
        count,
        min_price: price(filter.minPriceMinor),
        max_price: price(filter.maxPriceMinor),
      })),
  )
}

/** How many pieces must be bought of the first lines that are asked for. */
function conditionCount({ definition }: Reward): number {
  const asked = definition.conditions.find((condition) => condition.kind === 'lines')
  return asked?.minCount ?? 1
}

function bonusCount({ definition: { benefit } }: Reward): number {
  if (benefit.kind === 'buy_get') return benefit.get
  return benefit.kind === 'free_item' ? benefit.quantity : 1
}

/** The stores that a reward asks for; none: it holds in all. */
export function storeIdsOf(reward: Reward): readonly number[] {
  return reward.definition.conditions.flatMap((condition) => (condition.kind === 'store' ? condition.storeIds : []))
}

/** Rewards as they are read, with what all of them need loaded once. */
export async function rewardRows(ctx: Ctx, rewards: readonly Reward[], view: RewardView): Promise<Row[]> {
  if (rewards.length === 0) return []
  const tags = await listReferenceItems(ctx, 'reward_tag')
  const properties = await listReferenceItems(ctx, 'reward_property')
  const stores = view.withStores ? await storesOf(ctx, rewards) : new Map<number, Row>()
  return rewards.map((reward) => {
    const shown = presentationOf(reward)
    return {
      ...plainRow(ctx, reward, wordingOf(reward, view.languages)),
      store_list: storeIdsOf(reward).flatMap((id) => stores.get(id) ?? []),
      additional_properties: recordRows(ctx, properties, {
        id: idOf(ctx, 'reward', reward.id),
        values: shown.properties ?? {},
        changedAt: reward.updatedAt,
      }),
      tags: tags.filter((tag) => shown.tags?.includes(tag.code)).map((tag) => tagRow(ctx, tag)),
    }
  })
}

async function storesOf(ctx: Ctx, rewards: readonly Reward[]): Promise<Map<number, Row>> {
  const rows = new Map<number, Row>()
  for (const id of new Set(rewards.flatMap(storeIdsOf))) {
    const store = await findOrganisation(ctx, id)
    if (store?.kind === 'store') rows.set(id, storeRow(ctx, store))
  }
  return rows
}

function plainRow(ctx: Ctx, reward: Reward, shown: Wording): Row {
  const { condition, bonus } = relationsOf(reward)
  const hours = reward.definition.conditions.find((one) => one.kind === 'time')
  return {
    reward_id: idOf(ctx, 'reward', reward.id),
    code: reward.code,
    name: shown.name,
    note: shown.note ?? null,
    subtitle: shown.subtitle ?? null,
    points_cost: reward.pointsCost,
    valid_time_from: hours ? `${hours.from}:00` : null,
    valid_time_to: hours ? `${hours.to}:00` : null,
    reward_group: rewardGroups[reward.kind],
    reward_type_id: rewardTypeId(ctx, reward.definition.benefit.kind),
    // This API has nine places, the core ninety-nine.
    priority: Math.min(reward.priority, 9),
    image_urls: shown.imageUrls ?? [],
    reward_external_url: shown.externalUrl ?? null,
    has_product_condition: names(condition, 'productCodes'),
    has_group_condition: names(condition, 'categoryIds'),
    has_brand_condition: names(condition, 'brandIds'),
    has_product_bonus: names(bonus, 'productCodes'),
    has_group_bonus: names(bonus, 'categoryIds'),
    has_brand_bonus: names(bonus, 'brandIds'),
    reward_product_relation_conditions: relationRows(ctx, condition, conditionCount(reward)),
    reward_product_relation_bonuses: relationRows(ctx, bonus, bonusCount(reward)),
    is_automated: reward.usage === 'automatic',
    last_change: timeOf(ctx, reward.updatedAt),
    state: stateOf(reward.state),
  }
}

export function tagRow(ctx: Ctx, tag: { id: number; name: string; code: string; state: string; updatedAt: Date }): Row {
  return {
    tag_id: idOf(ctx, 'reference', tag.id),
    name: tag.name,
    text_id: tag.code,
    state: stateOf(tag.state),
    last_change: timeOf(ctx, tag.updatedAt),
  }
}
