import { beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import type { Ctx } from '../../platform/ctx.ts'
import {
  alwaysOpen,
  createOrganisation,
  deleteReferenceItem,
  findOrganisationByCode,
  findReferenceItem,
  getOrganisation,
  getReferenceItem,
  isOpenAt,
  listOrganisations,
  listReferenceItems,
  putReferenceItem,
  putReferenceItems,
  updateOrganisation,
} from './index.ts'

const { pool } = await testDatabase()
let ctx: Ctx
let other: Ctx

beforeAll(async () => {
  ctx = await newTenant(pool)
  other = await newTenant(pool)
})

describe('organisations', () => {
  it('stand under one another from store to business and are found by code and part of the name', async () => {
    const business = await createOrganisation(ctx, { kind: 'business', code: 'b', name: 'Nordwind' })
    const merchant = await createOrganisation(ctx, { kind: 'merchant', code: 'm', name: 'Sued', parentId: business.id })
    const store = await createOrganisation(ctx, {
      kind: 'store',
      code: 's1',
      name: 'Main store',
      parentId: merchant.id,
      openingHours: alwaysOpen,
      latitude: 52.52,
      longitude: 13.405,
    })
    expect(await getOrganisation(ctx, store.id)).toEqual(store)
    expect((await findOrganisationByCode(ctx, 's1'))?.id).toBe(store.id)
    expect(await listOrganisations(ctx, { kind: 'store', text: 'main' })).toEqual({ items: [store], total: 1 })
    expect((await listOrganisations(ctx, { page: { limit: 1, offset: 1 } })).items).toEqual([merchant])
    await expect(
      createOrganisation(ctx, { kind: 'business', code: 'x', name: 'x', parentId: store.id }),
    ).rejects.toMatchObject({ code: 'request.invalid' })
  })

  it('refuse a code twice, a time that does not exist and another tenant', async () => {
    await createOrganisation(ctx, { kind: 'store', code: 'twice', name: 'One' })
    await expect(createOrganisation(ctx, { kind: 'store', code: 'twice', name: 'Two' })).rejects.toMatchObject({
      code: 'organisation.code_taken',
    })
    const openingHours = [{ day: 1, from: '10:00', to: '25:00' }]
    await expect(
      createOrganisation(ctx, { kind: 'store', code: 'late', name: 'Late', openingHours }),
    ).rejects.toMatchObject({ data: { field: 'openingHours' } })
    const mine = await findOrganisationByCode(ctx, 'twice')
    await expect(getOrganisation(other, mine?.id ?? 0)).rejects.toMatchObject({ code: 'organisation.not_found' })
  })

  it('change by what the patch names and leave every list when deleted', async () => {
    const store = await createOrganisation(ctx, { kind: 'store', code: 'old', name: 'Old', phone: '+4930123' })
    const changed = await updateOrganisation(ctx, { id: store.id, patch: { name: 'New', phone: undefined } })
    expect(changed).toMatchObject({ name: 'New', phone: '+4930123', code: 'old' })
    await updateOrganisation(ctx, { id: store.id, patch: { state: 'deleted' } })
    expect(await findOrganisationByCode(ctx, 'old')).toBeUndefined()
  })

  it.each([
    [{ day: 1, time: '09:59' }, false],
    [{ day: 1, time: '10:00' }, true],
    [{ day: 1, time: '17:59' }, true],
    [{ day: 1, time: '18:00' }, false],
    [{ day: 2, time: '12:00' }, false],
  ])('are open by day and half-open times: %o is %s', (local, open) => {
    expect(isOpenAt([{ day: 1, from: '10:00', to: '18:00' }], local)).toBe(open)
  })
})

describe('reference items', () => {
  it('are put by code: again means changed, and the id stays', async () => {
    const first = await putReferenceItem(ctx, { kind: 'partner', code: 'p', name: 'Partner' })
    const again = await putReferenceItem(ctx, { kind: 'partner', code: 'p', name: 'Better', data: { rank: 1 } })
    expect(again).toMatchObject({ id: first.id, name: 'Better', data: { rank: 1 } })
    expect(await getReferenceItem(ctx, { kind: 'partner', id: first.id })).toEqual(again)
    await expect(getReferenceItem(ctx, { kind: 'country', id: first.id })).rejects.toMatchObject({
      code: 'reference.not_found',
    })
    await expect(getReferenceItem(other, { kind: 'partner', id: first.id })).rejects.toMatchObject({
      code: 'reference.not_found',
    })
  })

  it('come in their order and no more once deleted', async () => {
    const [, second] = await putReferenceItems(ctx, [
      { kind: 'industry', code: 'b', name: 'B', position: 2 },
      { kind: 'industry', code: 'a', name: 'A', position: 1 },
    ])
    expect((await listReferenceItems(ctx, 'industry')).map((item) => item.code)).toEqual(['a', 'b'])
    await deleteReferenceItem(ctx, { kind: 'industry', id: second?.id ?? 0 })
    expect((await listReferenceItems(ctx, 'industry')).map((item) => item.code)).toEqual(['b'])
    expect(await findReferenceItem(ctx, { kind: 'industry', code: 'a' })).toBeUndefined()
  })
})
