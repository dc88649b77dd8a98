import { findProductsByCodes, findProductsByListCodes, getProducts, listCodeKey } from '../../../core/catalog/index.ts'
import {
  type Condition,
  type LineFilter,
  type Reward,
  type RewardDefinition,
  updateReward,
} from '../../../core/loyalty/index.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, noContent, pageOf, type Row } from '../encode.ts'
import { fieldsOf } from '../fields.ts'
import { type RelationType, relationsOf } from '../reward.ts'
import { allBrands, brandRow } from './product-brands.ts'
import { allGroups, groupRow } from './product-groups.ts'
import { listTags, productRow } from './products.ts'
import { rewardInPath } from './rewards.ts'

/** What a reward asks to be bought and what it makes cheaper. */
export function rewardProductRoutes(routes: Routes): void {
  routes.get('/rewards/:reward_id/products', 'both', async (call) =>
    relatedPage(
      call,
      { key: 'products', id: 'product_id', fields: 'rewardProducts', part: 'productCodes' },
      async (codes) => {
        const products = await findProductsByCodes(call.ctx, codes)
        const tags = await listTags(call.ctx)
        return new Map([...products].map(([code, product]) => [code, productRow(call.ctx, product, tags)]))
      },
    ),
  )
  routes.get('/rewards/:reward_id/product-groups', 'both', async (call) =>
    relatedPage(
      call,
      { key: 'product_groups', id: 'product_group_id', fields: 'rewardProductGroups', part: 'categoryIds' },
      async () => {
        const groups = await allGroups(call.ctx)
        return new Map(groups.map((group) => [group.id, groupRow(call.ctx, group, groups)]))
      },
    ),
  )
  routes.get('/rewards/:reward_id/product-brands', 'both', async (call) =>
    relatedPage(
      call,
      { key: 'product_brands', id: 'product_brand_id', fields: 'rewardProductBrands', part: 'brandIds' },
      async () => {
        const brands = await allBrands(call.ctx)
        return new Map(brands.map((brand) => [brand.id, brandRow(call.ctx, brand)]))
      },
    ),
  )
  routes.post('/rewards/:reward_id/actions/set-products', 'enterprise', setProducts)
}

interface Related<Part extends 'productCodes' | 'categoryIds' | 'brandIds'> {
  readonly key: string
  readonly id: string
  readonly fields: 'rewardProducts' | 'rewardProductGroups' | 'rewardProductBrands'
  readonly part: Part
}

type Named<Part extends keyof LineFilter> = NonNullable<LineFilter[Part]> extends readonly (infer One)[] ? One : never

/** A page of the things that a reward names, each with the sides it stands on. Names of nothing known are left out. */
async function relatedPage<Part extends 'productCodes' | 'categoryIds' | 'brandIds'>(
  call: Call,
  related: Related<Part>,
  rowsOf: (names: readonly Named<Part>[]) => Promise<ReadonlyMap<string | number, Row>>,
): Promise<Answer> {
  const page = call.query.page(fieldsOf(related.fields))
  const only = call.query.choice('reward_product_relation_type', ['condition', 'bonus'])
  call.query.done()
  const sides = new Map<Named<Part>, RelationType[]>()
  const relations = relationsOf(await rewardInPath(call))
  for (const side of ['condition', 'bonus'] as const) {
    if (only !== undefined && only !== side) continue
    const names = relations[side].flatMap((filter) => (filter[related.part] ?? []) as readonly Named<Part>[]) // the part's own type
    for (const name of new Set(names)) sides.set(name, [...(sides.get(name) ?? []), side])
  }
  const rows = sides.size > 0 ? await rowsOf([...sides.keys()]) : new Map<string | number, Row>()
  const wanted = [...sides].flatMap(([name, types]) => {
    const row = rows.get(name as string | number) // names are one or the other
    return row ? [{ ...row, reward_product_relation_types: types }] : []
  })
  return pageOf(related.key, wanted, page)
}

const maxProducts = 1_000

/** Replaces the products on both sides; groups and brands that the reward names stay. */
async function setProducts(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const reward = await rewardInPath(call)
  const rows = body.objects('products', { max: maxProducts })
  if (!body.has('products')) body.refuse('products', 'required')
  const named = rows.map((row) => {
    const plu = row.object('plu_id')
    const id = row.id('product_id', 'product')
    if (!row.has('product_id') && !plu) row.refuse('product_id', 'required')
    return {
      row,
      id,
      plu: plu && {
        listCode: plu.needText('list_code', { max: 255 }),
        code: plu.needText('code', { max: 255 }),
      },
      side: row.needChoice('reward_product_relation_type', [0, 1]),
    }
  })
  const byId = await getProducts(
    ctx,
    named.flatMap(({ id }) => id ?? []),
  )
  const byPlu = await findProductsByListCodes(
    ctx,
    named.flatMap(({ plu }) => plu ?? []),
  )
  const found = named.map(({ row, id, plu, side }) => {
    const product = id !== undefined ? byId.get(id) : plu && byPlu.get(listCodeKey(plu))
    if (!product && id !== undefined) row.refuse('product_id', 'not_found')
    else if (!product && plu) row.refuse('plu_id', 'not_found')
    return { code: product?.code ?? '', side }
  })
  body.done()
  const codesOf = (wanted: 0 | 1) => [...new Set(found.filter(({ side }) => side === wanted).map(({ code }) => code))]
  await updateReward(ctx, {
    id: reward.id,
    patch: { definition: withProducts(reward, { condition: codesOf(0), bonus: codesOf(1) }) },
  })
  return noContent
}

function withProducts(reward: Reward, codes: Readonly<Record<RelationType, readonly string[]>>): RewardDefinition {
  const { lines, conditions, ...rest } = reward.definition
  const bonus = withCodes(lines ?? {}, codes.bonus)
  return {
    ...rest,
    conditions: conditionsWith(conditions, codes.condition),
    ...(bonus ? { lines: bonus } : {}),
  }
}

/** The first condition on lines takes the products; one that is about nothing else goes when there are none. */
function conditionsWith(conditions: readonly Condition[], codes: readonly string[]): Condition[] {
  const first = conditions.find((condition) => condition.kind === 'lines')
  const lines = withCodes(first?.lines ?? {}, codes)
  const others = conditions.filter((condition) => condition !== first)
  if (!lines) return others
  return [...others, first ? { ...first, lines } : { kind: 'lines', lines, minCount: 1 }]
}

/** Undefined when nothing is asked for any more. */
function withCodes(filter: LineFilter, productCodes: readonly string[]): LineFilter | undefined {
  const { productCodes: _, ...rest } = filter
  const next = productCodes.length > 0 ? { ...rest, productCodes } : rest
  return Object.keys(next).length > 0 ? next : undefined
}
