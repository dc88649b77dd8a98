// Double opt-in: a form of a list sends a link, and only whoever opens it joins or leaves.
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { cleanText } from '../../platform/text.ts'
import { issueCode, verifyCode } from '../accounts/index.ts'
import { confirmMember, getList, getMember, isActive, type List, leaveList } from '../audience/index.ts'
import { findSuppression } from '../consent/index.ts'
import { type Customer, type CustomerId, primaryEmail } from '../customers/index.ts'
import {
  deleteReferenceItem,
  getReferenceItem,
  listReferenceItems,
  putReferenceItem,
  type ReferenceItem,
} from '../organisations/index.ts'
import { sendMessage } from './service.ts'

export interface OptInForm {
  readonly id: number
  readonly name: string
  readonly listId: number
  readonly title: string
  readonly subscribeSubject: string
  readonly unsubscribeSubject: string
}

const kind = 'list_form'

export async function listForms(ctx: Ctx, listId?: number): Promise<OptInForm[]> {
  const forms = (await listReferenceItems(ctx, kind)).map(toForm)
  return listId === undefined ? forms : forms.filter((form) => form.listId === listId)
}

/** Refuses `reference.not_found`. */
export async function getForm(ctx: Ctx, id: number): Promise<OptInForm> {
  const item = await getReferenceItem(ctx, { kind, id })
  if (item.state === 'deleted') throw new DomainError('reference.not_found', { kind, id })
  return toForm(item)
}

/** Refuses list.not_found, request.invalid without a name. */
export async function createForm(ctx: Ctx, form: { listId: number; name: string; title?: string }): Promise<OptInForm> {
  const list = await getList(ctx, form.listId)
  const data = { listId: list.id, doubleOptIn: true, title: form.title ?? form.name }
  return toForm(
    await putReferenceItem(ctx, { kind, code: `form-${ctx.random.hex(6)}`, name: cleanText(form.name), data }),
  )
}

export function deleteForm(ctx: Ctx, id: number): Promise<void> {
  return deleteReferenceItem(ctx, { kind, id })
}

function toForm({ id, name, data }: ReferenceItem): OptInForm {
  const text = (field: string, fallback: string) => (typeof data[field] === 'string' ? data[field] : fallback)
  return {
    id,
    name,
    listId: Number(data.listId),
    title: text('title', name),
    subscribeSubject: text('subscribeSubject', 'Please confirm your subscription'),
    unsubscribeSubject: text('unsubscribeSubject', 'Please confirm that you want to leave'),
  }
}

export interface AskToConfirm {
  readonly form: OptInForm
  /** The list to join or leave; the form's own when absent. */
  readonly listId?: number
  readonly customer: Customer
  readonly action: 'join' | 'leave'
  /** Where a person gets with this code. */
  readonly linkOf: (code: string) => string
  /** How the wish reached the shop: IP, page, browser. Kept with the consent. */
  readonly proof: Readonly<Record<string, string>>
}

const purpose = 'list-opt-in'
const linkSeconds = 30 * 86_400

/**
 * Sends the link. Refuses member.not_found, email.invalid (nobody to write to), address.suppressed, and request.invalid
 * when there is nothing to confirm.
 */
export function askToConfirm(ctx: Ctx, ask: AskToConfirm): Promise<void> {
  const { form, customer, action } = ask
  return transact(ctx, async (ctx) => {
    const list = await getList(ctx, ask.listId ?? form.listId)
    const member = await getMember(ctx, { listId: list.id, customerId: customer.id })
    const to = primaryEmail(customer)
    if (!to) throw new DomainError('email.invalid', { reason: 'no address' })
    const suppression = await findSuppression(ctx, { channel: 'email', address: to })
    if (suppression) throw new DomainError('address.suppressed', { reason: suppression.reason })
    if (isActive(member) === (action === 'join')) {
      throw new DomainError('request.invalid', { reason: action === 'join' ? 'already active' : 'not active' })
    }
    const data = { action, listId: list.id, customerId: customer.id, formId: form.id, proof: ask.proof }
    const { id, code } = await issueCode(ctx, {
      purpose,
      subject: `${action}:${list.id}:${customer.id}`,
      ttlSeconds: linkSeconds,
      linkToken: true,
      data,
    })
    await sendMessage(ctx, {
      key: `opt-in:${id}`,
      channel: 'email',
      purpose: 'security',
      customerId: customer.id,
      to,
      subject: action === 'join' ? form.subscribeSubject : form.unsubscribeSubject,
      ...bodyOf(list, action, ask.linkOf(code)),
    })
  })
}

function bodyOf(list: List, action: 'join' | 'leave', link: string): { text: string; html: string } {
  const wish = action === 'join' ? 'receive' : 'no longer receive'
  const text = `Please confirm that you want to ${wish} "${list.name}":\n\n${link}\n\nIf you did not ask for this, do nothing.\n`
  const html = `<p>Please confirm that you want to ${wish} “${escapeHtml(list.name)}”:</p>
<p><a href="${escapeHtml(link)}">${action === 'join' ? 'Yes, subscribe me' : 'Yes, unsubscribe me'}</a></p>
<p>If you did not ask for this, do nothing.</p>`
  return { text, html }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface ConfirmedOptIn {
  readonly action: 'join' | 'leave'
  readonly list: List
}

/** The person opened the link. Works once. Refuses code.wrong, code.expired, member.not_found when they are gone meanwhile. */
export function confirmByLink(ctx: Ctx, code: string): Promise<ConfirmedOptIn> {
  return transact(ctx, async (ctx) => {
    const { data } = await verifyCode(ctx, { purpose, code })
    const action = data.action === 'leave' ? 'leave' : 'join'
    const act = {
      listId: Number(data.listId),
      customerId: Number(data.customerId) as CustomerId, // written by askToConfirm
      source: 'link',
      textVersion: `form:${data.formId}`,
      proof: data.proof as Readonly<Record<string, unknown>>, // likewise
    }
    if (action === 'join') await confirmMember(ctx, act)
    else await leaveList(ctx, { ...act, byPerson: true })
    return { action, list: await getList(ctx, act.listId) }
  })
}
