import { findSuppression, listSuppressions, suppress, suppressedOf, unsuppress } from '../../../core/consent/index.ts'
import { findEmail } from '../../../core/customers/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readPage } from '../../http/paging.ts'
import { readList, readRecord, readText } from '../../http/values.ts'
import { type Call, type Fields, fieldsOf, type Routes } from '../call.ts'
import { encodeBlacklisted } from '../encode.ts'

/** Addresses that nothing is sent to, of the whole account. */
export function blacklistRoutes({ add }: Routes): void {
  add('GET', '/blacklist', async ({ ctx, query }) => {
    const page = readPage({ page: query.page, size: query.pagesize }, { first: 0, fallback: 5_000, max: 5_000 })
    const all = await listSuppressions(ctx, { channel: 'email', ...page })
    return all.filter((entry) => entry.address !== null).map(encodeBlacklisted)
  })
  add('POST', '/blacklist', put)
  add('PUT', '/blacklist', put)
  add('POST', '/blacklist/validate', async ({ ctx, body }) => {
    const emails = readList(Array.isArray(body) ? body : readRecord(body)?.emails).slice(0, 5_000)
    const listed = await suppressedOf(ctx, 'email', emails)
    return emails.filter((email) => !listed.has(email))
  })
  add('GET', '/blacklist/:email', async (call) => {
    const entry = await findSuppression(call.ctx, { channel: 'email', address: addressOf(call) })
    if (!entry) throw new DomainError('suppression.not_found')
    return encodeBlacklisted(entry)
  })
  add('DELETE', '/blacklist/:email', async (call) => {
    await unsuppress(call.ctx, { channel: 'email', address: addressOf(call), source: 'cleverreach' })
    return true
  })
}

// What is no address is on no list.
function addressOf(call: Call): string {
  const email = findEmail(call.params.email ?? '')
  if (!email) throw new DomainError('suppression.not_found')
  return email
}

/** One entry or a list of them. */
async function put(call: Call): Promise<Fields | Fields[]> {
  if (!Array.isArray(call.body)) return putOne(call, fieldsOf(call))
  if (call.body.length > 1_001) throw new DomainError('request.too_large', { reason: 'more than 1001 addresses' })
  const entries: Fields[] = []
  for (const row of call.body) entries.push(await putOne(call, readRecord(row) ?? { email: row }))
  return entries
}

async function putOne({ ctx }: Call, fields: Fields): Promise<Fields> {
  const address = readText(fields.email) ?? ''
  const comment = readText(fields.comment)
  return encodeBlacklisted(
    await suppress(ctx, { channel: 'email', address, reason: 'blacklisted', comment, source: 'cleverreach' }),
  )
}
