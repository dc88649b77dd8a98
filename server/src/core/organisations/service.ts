import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { checkOrganisation, mayStandUnder } from './rules.ts'
import * as store from './store.ts'
import type { Data, Organisation, OrganisationInput, OrganisationKind, OrganisationPatch } from './types.ts'

/** Refuses `request.invalid`, `organisation.not_found` (the parent) and `organisation.code_taken`. */
export async function createOrganisation(ctx: Ctx, input: OrganisationInput): Promise<Organisation> {
  checkOrganisation(input)
  return transact(ctx, async (ctx) => {
    await refuseWrongParent(ctx, input.kind, input.parentId ?? null)
    const created = await store.insertOrganisation(ctx, {
      parentId: input.parentId ?? null,
      kind: input.kind,
      code: input.code,
      name: input.name,
      email: input.email ?? null,
      phone: input.phone ?? null,
      url: input.url ?? null,
      description: input.description ?? null,
      address: input.address ?? {},
      latitude: input.latitude ?? null,
      longitude: input.longitude ?? null,
      openingHours: input.openingHours ?? [],
      attributes: input.attributes ?? {},
      visible: input.visible ?? true,
      state: input.state ?? 'active',
    })
    await emitChanges(ctx, [{ entity: 'organisation', entityId: created.id, operation: 'created' }])
    return created
  })
}

// A parent's kind is above its child's, so no cycle can be made.
async function refuseWrongParent(ctx: Ctx, kind: OrganisationKind, parentId: number | null): Promise<void> {
  if (parentId === null) return
  const parent = await store.selectOrganisation(ctx, parentId)
  if (!parent) throw new DomainError('organisation.not_found', { field: 'parentId', id: parentId })
  if (!mayStandUnder(kind, parent.kind)) throw new DomainError('request.invalid', { field: 'parentId' })
}

/**
 * Changes what the patch names. State `deleted` takes it out of every list while purchases keep pointing at it. Refuses
 * `organisation.not_found`, `request.invalid` and `organisation.code_taken`.
 */
export async function updateOrganisation(
  ctx: Ctx,
  command: { id: number; patch: OrganisationPatch },
): Promise<Organisation> {
  const { id, patch } = command
  checkOrganisation(patch)
  return transact(ctx, async (ctx) => {
    const before = await store.lockOrganisation(ctx, id)
    if (!before) throw new DomainError('organisation.not_found', { id })
    if (patch.parentId !== undefined) await refuseWrongParent(ctx, before.kind, patch.parentId)
    const updated = await store.updateOrganisation(ctx, id, { ...before, ...given(patch) })
    await emitChanges(ctx, [{ entity: 'organisation', entityId: id, operation: 'updated' }])
    return updated
  })
}

/** Sets some of the attributes and leaves the others; null takes one away. Refuses `organisation.not_found`. */
export function setOrganisationAttributes(ctx: Ctx, command: { id: number; values: Data }): Promise<Organisation> {
  return transact(ctx, async (ctx) => {
    const before = await store.lockOrganisation(ctx, command.id)
    if (!before) throw new DomainError('organisation.not_found', { id: command.id })
    const attributes = Object.fromEntries(
      Object.entries({ ...before.attributes, ...command.values }).filter(([, value]) => value !== null),
    )
    return updateOrganisation(ctx, { id: command.id, patch: { attributes } })
  })
}

/** A field that is there but undefined says nothing. */
function given(patch: OrganisationPatch): OrganisationPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
}

export function findOrganisation(ctx: Ctx, id: number): Promise<Organisation | undefined> {
  return store.selectOrganisation(ctx, id)
}

/** Refuses `organisation.not_found`. */
export async function getOrganisation(ctx: Ctx, id: number): Promise<Organisation> {
  const found = await store.selectOrganisation(ctx, id)
  if (!found) throw new DomainError('organisation.not_found', { id })
  return found
}

export function findOrganisationByCode(ctx: Ctx, code: string): Promise<Organisation | undefined> {
  return store.selectOrganisationByCode(ctx, code)
}

export interface OrganisationQuery {
  readonly kind?: OrganisationKind
  readonly parentId?: number
  /** A part of the name, or the code. */
  readonly text?: string
  readonly page?: { readonly limit?: number; readonly offset?: number }
}

const maxPage = 1_000

/** In the order they were made; `total` counts all that match. */
export async function listOrganisations(
  ctx: Ctx,
  query: OrganisationQuery = {},
): Promise<{ items: Organisation[]; total: number }> {
  const filter = { kind: query.kind ?? null, parentId: query.parentId ?? null, text: query.text ?? null }
  const limit = Math.min(query.page?.limit ?? 100, maxPage)
  const items = await store.selectOrganisations(ctx, { ...filter, limit, offset: query.page?.offset ?? 0 })
  return { items, total: await store.countOrganisations(ctx, filter) }
}
