import {
  createCredential,
  type Data,
  isPublicIdTaken,
  revokeCredential,
  updateCredential,
} from '../../../core/accounts/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { hashPassword } from '../../../platform/passwords.ts'
import { readId } from '../../http/values.ts'
import { accountIdOf, api, type Call } from '../auth.ts'
import { getNamedCampaign, listVisibleCampaigns } from '../campaigns.ts'
import { type Fields, findText, listTexts, refuse, requireText } from '../decode.ts'
import { type Answer, list } from '../encode.ts'
import { cashierPermissions, decodePermissions, type Permission } from '../permissions.ts'
import { encodeUser, listUsers, readUser, type User } from '../users.ts'

const mayManage = ({ permissions }: Call) => permissions.has('edit_users')

/** The caller, or with `user_name` another one; whose key is shown only to who may set it. */
export async function showUser(call: Call): Promise<Answer> {
  const selected = findSelected(call.fields) ?? call.user.publicId
  const isSelf = selected === call.user.publicId
  if (!isSelf && !call.permissions.has('view_users')) throw new DomainError('request.forbidden')
  return { head: { user: encodeUser(await getUser(call.ctx, selected), { showKey: isSelf || mayManage(call) }) } }
}

/** `user_id` is always the caller. */
const findSelected = (fields: Fields) => findText(fields, 'user_name') ?? findText(fields, 'selected_user')
const requireSelected = (fields: Fields) => findSelected(fields) ?? refuse('user_name', 'is required')

async function getUser(ctx: Ctx, userId: string): Promise<User> {
  return (await listUsers(ctx)).find((one) => one.userId === userId) ?? refuse('user_name', 'does not exist')
}

export async function listAllUsers(call: Call): Promise<Answer> {
  const users = (await listUsers(call.ctx)).map((user) => encodeUser(user, { showKey: mayManage(call) }))
  return { head: { users: list('user', users) } }
}

/** With the name that was sent or a drawn one, a drawn key, and a cashier's rights unless others are named. */
export async function createUser(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const publicId = decodeLogin(fields) ?? ctx.random.digits(10)
  const permissions = grantable(call, decodePermissions(fields, new Set(cashierPermissions)), new Set())
  const data = {
    accountId: accountIdOf(call.user),
    ...(await decodeAbout(call, undefined)),
    permissions,
    ...(await decodeCampaigns(call)),
  }
  // A name leads to one account of the server, so that a second user with it would sign in nowhere.
  if (await isPublicIdTaken(ctx, { api, kind: 'user', publicId })) return refuse('user_name', 'is taken')
  const secret = ctx.random.hex(20)
  const made = await createCredential(ctx, { api, kind: 'user', publicId, secret, data, showSecret: true })
  return { head: { user: encodeUser(readUser(made), { showKey: true, status: 'created' }) } }
}

/** What the user signs in with. */
function decodeLogin(fields: Fields): string | undefined {
  const name = findText(fields, 'user_name')
  if (name !== undefined && !/^\w{1,20}$/.test(name))
    return refuse('user_name', 'must be 20 letters, digits or _ at most')
  return name
}

const shortestPassword = 8

async function decodeAbout({ ctx, fields }: Call, before: User | undefined): Promise<Data> {
  const texts = {
    firstName: 'user_first_name',
    lastName: 'user_last_name',
    email: 'user_email',
    custom1: 'user_custom1',
    pin: 'user_PIN',
  } as const
  const given = Object.entries(texts).map(([inside, sent]) => [inside, findText(fields, sent)] as const)
  const about = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  const isTaken = about.pin && (await listUsers(ctx)).some(({ id, pin }) => pin === about.pin && id !== before?.id)
  if (isTaken) return refuse('user_PIN', 'is taken')
  const password = findText(fields, 'user_new_password')
  if (password === undefined) return about
  if (password.length < shortestPassword)
    return refuse('user_new_password', `must have ${shortestPassword} characters at least`)
  return { ...about, passwordHash: await hashPassword(password) }
}

const isAdministrator = (fields: Fields) => fields.get('user_role')?.toUpperCase() === 'A'

/** `all` or `none`; otherwise campaigns that the caller may see. An administrator sees them all, whatever else is sent. */
async function decodeCampaigns(call: Call): Promise<Data> {
  if (isAdministrator(call.fields) && !call.campaigns) return { allowedCampaigns: null }
  const text = findText(call.fields, 'allowed_campaigns', { max: 10_000 })
  if (text === undefined) return call.campaigns ? { allowedCampaigns: [...call.campaigns] } : {}
  if (text.toLowerCase() === 'all') {
    return call.campaigns ? refuse('allowed_campaigns', 'must be among your own') : { allowedCampaigns: null }
  }
  if (text.toLowerCase() === 'none') return { allowedCampaigns: [] }
  return { allowedCampaigns: await readCampaigns(call, 'allowed_campaigns') }
}

async function readCampaigns(call: Call, field: string): Promise<number[]> {
  const visible = new Set((await listVisibleCampaigns(call)).map(({ id }) => id as number))
  return listTexts(call.fields, field).map((text) => {
    const id = readId(text)
    return id !== undefined && visible.has(id) ? id : refuse(field, `has no campaign ${text.slice(0, 20)}`)
  })
}

/** Nobody gives a right that they have not. */
function grantable(call: Call, wanted: readonly Permission[], before: ReadonlySet<Permission>): readonly Permission[] {
  const beyond = wanted.find((name) => !call.permissions.has(name) && !before.has(name))
  return beyond ? refuse(beyond, 'is not yours to give') : wanted
}

export async function updateUser(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const before = await getUser(ctx, requireSelected(fields))
  refuseStronger(call, before)
  const permissions = grantable(call, decodePermissions(fields, before.permissions), before.permissions)
  const asked = fields.has('allowed_campaigns') || isAdministrator(fields)
  const campaigns = asked ? await decodeCampaigns(call) : {}
  const isSame =
    permissions.length === before.permissions.size && permissions.every((one) => before.permissions.has(one))
  await updateCredential(ctx, {
    id: before.id,
    data: { ...(await decodeAbout(call, before)), ...campaigns, ...(isSame ? {} : { permissions }) },
  })
  const after = await getUser(ctx, before.userId)
  return { head: { user: encodeUser(after, { showKey: mayManage(call), status: 'updated' }) } }
}

/** Who may do more than the caller is not theirs to change. */
function refuseStronger(call: Call, user: User): void {
  const isStronger = [...user.permissions].some((name) => !call.permissions.has(name))
  const seesMore =
    call.campaigns !== undefined && (!user.campaigns || [...user.campaigns].some((id) => !call.campaigns?.has(id)))
  if (isStronger || seesMore) throw new DomainError('request.forbidden')
}

export async function deleteUser(call: Call): Promise<Answer> {
  const user = await getUser(call.ctx, requireSelected(call.fields))
  if (user.userId === call.user.publicId) return refuse('user_name', 'must not be yourself')
  refuseStronger(call, user)
  await revokeCredential(call.ctx, user.id)
  return { head: { user: encodeUser(user, { status: 'deleted' }) } }
}

/** Lets users see a campaign or not; answers those for whom that was a change, leaving out who is not known. */
export async function changeCampaignUsers(call: Call): Promise<Answer> {
  const action = requireText(call.fields, 'action').toLowerCase()
  if (action !== 'add' && action !== 'remove') return refuse('action', 'must be add or remove')
  const { id: campaignId } = await getNamedCampaign(call)
  const names = listTexts(call.fields, 'users_list')
  if (names.length === 0) return refuse('users_list', 'is required')
  const changed = await transact(call.ctx, async (ctx) => {
    const users = await listUsers(ctx)
    const done: string[] = []
    for (const name of new Set(names)) {
      const user = users.find((one) => one.userId === name)
      if (!user) continue
      refuseStronger(call, user)
      if (await changeAllowed(ctx, user, { campaignId, action })) done.push(name)
    }
    return done
  })
  return { head: { [action === 'add' ? 'users_added' : 'users_removed']: list('user', changed) } }
}

/** Whoever may see all loses one by being left with the others. */
async function changeAllowed(
  ctx: Ctx,
  user: User,
  change: { campaignId: number; action: 'add' | 'remove' },
): Promise<boolean> {
  const all = user.campaigns === undefined
  if (all && change.action === 'add') return false
  const before =
    user.campaigns ?? new Set((await listVisibleCampaigns({ ctx, campaigns: undefined })).map(({ id }) => id as number))
  const after = new Set(before)
  if (change.action === 'add') after.add(change.campaignId)
  else after.delete(change.campaignId)
  if (after.size === before.size) return false
  await updateCredential(ctx, { id: user.id, data: { allowedCampaigns: [...after] } })
  return true
}
