import {
  createCredential,
  type Data,
  isPublicIdTaken,
  revokeCredential,
  updateCredential,
} from '../../../core/accounts/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readId } from '../../http/values.ts'
import { accountIdOf, api, type Call } from '../auth.ts'
import { listVisibleCampaigns } from '../campaigns.ts'
import { findText, listTexts, refuse, requireText } from '../decode.ts'
import { type Answer, list } from '../encode.ts'
import { cashierPermissions, decodePermissions, type Permission } from '../permissions.ts'
import { encodeUser, listUsers, readUser, type User } from '../users.ts'

const mayManage = ({ permissions }: Call) => permissions.has('edit_users')

/** The caller, or with `selected_user` another one; whose key is shown only to who may set it. */
export async function showUser(call: Call): Promise<Answer> {
  const selected = findText(call.fields, 'selected_user') ?? call.user.publicId
  const isSelf = selected === call.user.publicId
  if (!isSelf && !call.permissions.has('view_users')) throw new DomainError('request.forbidden')
  return { head: { user: encodeUser(await getUser(call.ctx, selected), { showKey: isSelf || mayManage(call) }) } }
}

async function getUser(ctx: Ctx, userId: string): Promise<User> {
  return (await listUsers(ctx)).find((one) => one.userId === userId) ?? refuse('selected_user', 'does not exist')
}

export async function listAllUsers(call: Call): Promise<Answer> {
  const users = (await listUsers(call.ctx)).map((user) => encodeUser(user, { showKey: mayManage(call) }))
  return { head: { users: list('user', users) } }
}

/** With the name that was sent or a drawn one, a drawn key, and a cashier's rights unless others are named. */
export async function createUser(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const publicId = findText(fields, 'new_user_id', { max: 100 }) ?? ctx.random.digits(10)
  const permissions = grantable(call, decodePermissions(fields, new Set(cashierPermissions)), new Set())
  const data = {
    accountId: accountIdOf(call.user),
    ...decodeAbout(call),
    permissions,
    ...(await decodeCampaigns(call)),
  }
  // A name leads to one account of the server, so that a second user with it would sign in nowhere.
  if (await isPublicIdTaken(ctx, { api, kind: 'user', publicId })) return refuse('new_user_id', 'is taken')
  const secret = ctx.random.hex(20)
  const made = await createCredential(ctx, { api, kind: 'user', publicId, secret, data, showSecret: true })
  return { head: { user: encodeUser(readUser(made), { showKey: true, status: 'created' }) } }
}

function decodeAbout({ fields }: Call): Data {
  const texts = { name: 'user_name', email: 'user_email', custom1: 'user_custom1' } as const
  const given = Object.entries(texts).map(([inside, sent]) => [inside, findText(fields, sent)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** `all` for every campaign; otherwise campaigns that the caller may see. */
async function decodeCampaigns(call: Call): Promise<Data> {
  const text = findText(call.fields, 'allowed_campaigns', { max: 10_000 })
  if (text === undefined) return call.campaigns ? { allowedCampaigns: [...call.campaigns] } : {}
  if (text.toLowerCase() === 'all') {
    return call.campaigns ? refuse('allowed_campaigns', 'must be among your own') : { allowedCampaigns: null }
  }
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
  const before = await getUser(ctx, requireText(fields, 'selected_user'))
  refuseStronger(call, before)
  const permissions = grantable(call, decodePermissions(fields, before.permissions), before.permissions)
  const campaigns = fields.has('allowed_campaigns') ? await decodeCampaigns(call) : {}
  const isSame =
    permissions.length === before.permissions.size && permissions.every((one) => before.permissions.has(one))
  await updateCredential(ctx, {
    id: before.id,
    data: { ...decodeAbout(call), ...campaigns, ...(isSame ? {} : { permissions }) },
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
  const user = await getUser(call.ctx, requireText(call.fields, 'selected_user'))
  if (user.userId === call.user.publicId) return refuse('selected_user', 'must not be yourself')
  refuseStronger(call, user)
  await revokeCredential(call.ctx, user.id)
  return { head: { user: encodeUser(user, { status: 'deleted' }) } }
}

/** Which users may see which campaigns: `add` or `remove` the campaigns for the users, or `list` who may see one. */
export async function changeCampaignUsers(call: Call): Promise<Answer> {
  const action = requireText(call.fields, 'action').toLowerCase()
  if (action !== 'add' && action !== 'remove') return refuse('action', 'must be add or remove')
  const [first, ...more] = await readCampaigns(call, 'campaign_id')
  if (first === undefined) return refuse('campaign_id', 'is required')
  const campaigns = [first, ...more]
  const names = listTexts(call.fields, 'users')
  if (names.length === 0) return refuse('users', 'is required')
  const changed = await transact(call.ctx, async (ctx) => {
    let count = 0
    for (const name of names) {
      const user = await getUser(ctx, name)
      refuseStronger(call, user)
      count += (await changeAllowed(ctx, user, { campaigns, action })) ? 1 : 0
    }
    return count
  })
  return {
    head: {
      users_added: action === 'add' ? changed : 0,
      users_removed: action === 'remove' ? changed : 0,
      campaigns_added: action === 'add' ? campaigns.length : 0,
      message: `${changed} of ${names.length} users changed`,
    },
  }
}

/** Whoever may see all loses one by being left with the others. */
async function changeAllowed(
  ctx: Ctx,
  user: User,
  change: { campaigns: readonly number[]; action: 'add' | 'remove' },
): Promise<boolean> {
  const all = user.campaigns === undefined
  if (all && change.action === 'add') return false
  const before =
    user.campaigns ?? new Set((await listVisibleCampaigns({ ctx, campaigns: undefined })).map(({ id }) => id as number))
  const after = new Set(before)
  for (const id of change.campaigns) {
    if (change.action === 'add') after.add(id)
    else after.delete(id)
  }
  if (after.size === before.size) return false
  await updateCredential(ctx, { id: user.id, data: { allowedCampaigns: [...after] } })
  return true
}
