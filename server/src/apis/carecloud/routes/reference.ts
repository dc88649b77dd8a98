import { getCountries } from 'libphonenumber-js'
import { listReferenceItems, type ReferenceItem, type ReferenceKind } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { listApplications } from '../applications.ts'
import type { Routes } from '../call.ts'
import { channels } from '../channels.ts'
import { standardConsents } from '../consents.ts'
import { currencyId, knownCurrencies } from '../currencies.ts'
import { contains, idOf, ok, pageOf, type Row, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { inLanguage } from '../languages.ts'

/** The small lists that a form or a till is filled with. */
export function referenceRoutes(routes: Routes): void {
  connection(routes)
  agreements(routes)
  addressTypes(routes)
  worldLists(routes)
  currencies(routes)
  for (const list of referenceLists) serveList(routes, list)
}

/** The consents that every customer is asked for. */
function agreements(routes: Routes): void {
  const rows = standardConsents.map(({ type, name }) => ({
    agreement_id: type,
    name,
    text: null,
    withdrawal_text: null,
    communication_channel_id: null,
    text_id: type,
    last_change: null,
  }))

  routes.get('/agreements', 'both', async ({ query }) => {
    const page = query.page(fieldsOf('agreements'))
    const [channel, textId] = [query.text('communication_channel_id'), query.text('text_id')]
    query.done()
    const wanted = rows.filter((row) => channel === undefined && (textId === undefined || row.text_id === textId))
    return pageOf('agreements', wanted, page)
  })

  routes.get('/agreements/:agreement_id', 'both', async ({ params }) => {
    const row = rows.find((one) => one.agreement_id === params.agreement_id)
    if (!row) throw notFound('agreements', params.agreement_id ?? '')
    return ok(row)
  })
}

/** An address names its type by the code. */
function addressTypes(routes: Routes): void {
  const row = (ctx: Ctx, item: ReferenceItem) => ({
    address_type_id: item.code,
    name: item.name,
    last_change: timeOf(ctx, item.updatedAt),
  })
  routes.get('/customer-address-types', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('addressTypes'))
    query.done()
    const rows = (await listReferenceItems(ctx, 'address_type')).map((item) => row(ctx, item))
    return pageOf('customer_address_types', rows, page)
  })
  routes.get('/customer-address-types/:address_type_id', 'both', async ({ ctx, params }) => {
    const item = (await listReferenceItems(ctx, 'address_type')).find((one) => one.code === params.address_type_id)
    if (!item) throw notFound('customer-address-types', params.address_type_id ?? '')
    return ok(row(ctx, item))
  })
}

function connection(routes: Routes): void {
  routes.open('GET', '/tests/connection', 'both', async ({ query }) => {
    const text = query.text('test_string') ?? ''
    query.done()
    return ok({ test_string: [...text].reverse().join('') })
  })

  // Without a token nobody knows whose applications are meant: then there are none.
  routes.open('GET', '/customer-external-applications', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('applications'))
    const textIds = query.list('text_id')
    query.done()
    const rows = ctx ? await applicationRows(ctx) : []
    const wanted = rows.filter((row) => textIds === undefined || textIds.includes(row.text_id))
    return pageOf('customer_external_applications', wanted, page)
  })

  routes.open('GET', '/customer-external-applications/:application_id', 'both', async ({ ctx, params }) => {
    const rows = ctx ? await applicationRows(ctx) : []
    const row = rows.find((one) => one.external_application_id === params.application_id)
    if (!row) throw notFound('customer-external-applications', params.application_id ?? '')
    return ok(row)
  })

  routes.open('GET', '/customer-engagement-setups', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('engagementSetups'))
    query.done()
    const rows = ctx ? (await listReferenceItems(ctx, 'engagement_setup')).map((item) => setupRow(ctx, item)) : []
    return pageOf('customer_engagement_setups', rows, page)
  })

  routes.open('GET', '/customer-engagement-setups/:setup_id', 'both', async ({ ctx, params }) => {
    const items = ctx ? await listReferenceItems(ctx, 'engagement_setup') : []
    const item = ctx && items.find((one) => idOf(ctx, 'reference', one.id) === params.setup_id)
    if (!ctx || !item) throw notFound('customer-engagement-setups', params.setup_id ?? '')
    return ok(setupRow(ctx, item))
  })

  routes.open('GET', '/communication-channels', 'both', async ({ query }) => {
    const page = query.page(fieldsOf('communicationChannels'))
    query.done()
    return pageOf('communication_channels', channelRows, page)
  })

  routes.open('GET', '/communication-channels/:communication_channel_id', 'both', async ({ params }) => {
    const channel = channelRows.find((one) => one.communication_channel_id === params.communication_channel_id)
    if (!channel) throw notFound('communication-channels', params.communication_channel_id ?? '')
    return ok(channel)
  })
}

async function applicationRows(ctx: Ctx) {
  return (await listApplications(ctx)).map((credential) => ({
    external_application_id: credential.publicId,
    text_id: String(credential.data.interface ?? 'customer'),
    name: String(credential.data.name ?? `${ctx.tenant.name} (${credential.data.interface ?? 'customer'})`),
    last_change: timeOf(ctx, credential.createdAt),
    state: 1,
  }))
}

const setupRow = (ctx: Ctx, item: ReferenceItem) => ({
  setup_id: idOf(ctx, 'reference', item.id),
  setup: item.data.setup ?? item.name,
  state: stateOf(item.state),
})

const channelRows = channels.map(({ number, channel, name }) => ({
  communication_channel_id: String(number),
  name,
  text_id: channel,
}))

/** The languages a customer can be written to in; the tenant's own is always among them. */
const languages =
  'en bg cs da de el es et fi fr ga hr hu is it ja ko lt lv mk mt nl no pl pt ro ru sk sl sq sr sv tr uk vi zh ar he hi'

function worldLists(routes: Routes): void {
  routes.open('GET', '/languages', 'both', async ({ ctx, query }) => {
    query.choice('language_list_type', ['carecloud-api', 'web-portal', 'customer-communication'])
    const onlyDefault = query.boolean('default_language') ?? false
    query.done()
    const own = ctx?.tenant.language ?? 'en'
    const ids = onlyDefault ? [own] : [...new Set([own, ...languages.split(' ')])]
    const rows = ids.map((id) => ({ language_id: id, state: 1, last_change: null }))
    return ok({ languages: rows, total_items: rows.length })
  })

  routes.get('/countries', 'both', async ({ ctx, query, languages: wanted }) => {
    const page = query.page(fieldsOf('countries'))
    const [id, name] = [query.text('country_id'), query.text('country_name')]
    query.done()
    const names = new Intl.DisplayNames([...wanted, ctx.tenant.language, 'en'], { type: 'region' })
    const rows = getCountries()
      .map((code) => ({ country_id: code.toLowerCase(), name: names.of(code) ?? code, state: 1 }))
      .filter((row) => (id === undefined || row.country_id === id.toLowerCase()) && contains(row.name, name))
    return pageOf('countries', rows, page)
  })
}

function currencies(routes: Routes): void {
  routes.get('/currencies', 'both', async ({ ctx, query, languages: wanted }) => {
    const page = query.page(fieldsOf('currencies'))
    const [name, code] = [query.text('currency_name'), query.text('currency_code')]
    query.done()
    const rows = (await currencyRows(ctx, wanted)).filter(
      (row) => contains(row.name, name) && (code === undefined || row.code === code.toUpperCase()),
    )
    return pageOf('currencies', rows, page)
  })

  routes.get('/currencies/:currency_id', 'both', async ({ ctx, params, languages: wanted }) => {
    const row = (await currencyRows(ctx, wanted)).find((one) => one.currency_id === params.currency_id)
    if (!row) throw notFound('currencies', params.currency_id ?? '')
    return ok(row)
  })
}

async function currencyRows(ctx: Ctx, wanted: readonly string[]) {
  const names = new Intl.DisplayNames([...wanted, ctx.tenant.language, 'en'], { type: 'currency' })
  return (await knownCurrencies(ctx)).map((code) => ({
    currency_id: currencyId(ctx, code),
    name: names.of(code) ?? code,
    code,
  }))
}

interface ReferenceList {
  readonly path: string
  readonly key: string
  readonly kind: ReferenceKind
  /** Whether the list also answers by id. */
  readonly one: boolean
  readonly idField: string
  readonly row: (ctx: Ctx, item: ReferenceItem) => Row
  readonly fields: readonly string[]
  /** The filter that compares the item's code. */
  readonly codeFilter?: string
}

const typeRow = (ctx: Ctx, item: ReferenceItem) => ({
  type_id: idOf(ctx, 'reference', item.id),
  name: item.name,
  text_id: item.code,
})

const namedRow = (ctx: Ctx, item: ReferenceItem, idField: string): Row => ({
  [idField]: idOf(ctx, 'reference', item.id),
  name: item.name,
  last_change: timeOf(ctx, item.updatedAt),
})

const referenceLists: readonly ReferenceList[] = [
  {
    path: '/customer-sources',
    key: 'customer_sources',
    kind: 'customer_source',
    one: true,
    idField: 'customer_source_id',
    fields: ['customer_source_id', 'name', 'customer_source_text_id', 'state', 'last_change'],
    codeFilter: 'customer_source_text_id',
    row: (ctx, item) => ({
      customer_source_id: idOf(ctx, 'reference', item.id),
      name: item.name,
      customer_source_text_id: item.code,
      state: stateOf(item.state),
      last_change: timeOf(ctx, item.updatedAt),
    }),
  },
  {
    path: '/purchase-types',
    key: 'purchase_types',
    kind: 'purchase_type',
    one: false,
    idField: 'type_id',
    fields: ['type_id', 'name', 'text_id'],
    codeFilter: 'text_id',
    row: typeRow,
  },
  {
    path: '/purchase-item-types',
    key: 'purchase_item_types',
    kind: 'purchase_item_type',
    one: false,
    idField: 'type_id',
    fields: ['type_id', 'name', 'text_id'],
    codeFilter: 'text_id',
    row: typeRow,
  },
  {
    path: '/payment-types',
    key: 'payment_types',
    kind: 'payment_type',
    one: true,
    idField: 'payment_type_id',
    fields: ['payment_type_id', 'name', 'last_change'],
    row: (ctx, item) => namedRow(ctx, item, 'payment_type_id'),
  },
  {
    path: '/customer-types',
    key: 'customer_types',
    kind: 'customer_type',
    one: true,
    idField: 'type_id',
    fields: ['type_id', 'name', 'last_change'],
    row: (ctx, item) => namedRow(ctx, item, 'type_id'),
  },
  {
    path: '/customer-relation-types',
    key: 'customer_relation_types',
    kind: 'relation_type',
    one: true,
    idField: 'customer_relation_type_id',
    fields: ['customer_relation_type_id', 'name', 'last_change', 'state'],
    row: (ctx, item) => ({ ...namedRow(ctx, item, 'customer_relation_type_id'), state: stateOf(item.state) }),
  },
  {
    path: '/interests',
    key: 'interests',
    kind: 'interest',
    one: true,
    idField: 'interest_id',
    fields: ['interest_id', 'name'],
    row: (ctx, item) => ({ interest_id: idOf(ctx, 'reference', item.id), name: item.name }),
  },
  {
    path: '/segment-groups',
    key: 'segment_groups',
    kind: 'segment_group',
    one: true,
    idField: 'segment_group_id',
    fields: fieldsOf('segmentGroups'),
    codeFilter: 'text_id',
    row: (ctx, item) => ({
      ...namedRow(ctx, item, 'segment_group_id'),
      parent_group_id: null,
      note: typeof item.data.note === 'string' ? item.data.note : null,
      text_id: item.code,
    }),
  },
  {
    path: '/products/tags',
    key: 'tags',
    kind: 'product_tag',
    one: false,
    idField: 'tag_id',
    fields: ['tag_id', 'name', 'text_id', 'state', 'last_change'],
    codeFilter: 'text_id',
    row: (ctx, item) => ({
      ...namedRow(ctx, item, 'tag_id'),
      text_id: item.code,
      state: stateOf(item.state),
    }),
  },
  {
    path: '/event-groups',
    key: 'event_groups',
    kind: 'event_group',
    one: true,
    idField: 'event_group_id',
    fields: ['event_group_id', 'name', 'text_id', 'state'],
    codeFilter: 'text_id',
    row: (ctx, item) => ({
      event_group_id: idOf(ctx, 'reference', item.id),
      name: item.name,
      text_id: item.code,
      state: stateOf(item.state),
    }),
  },
]

function serveList(routes: Routes, list: ReferenceList): void {
  routes.get(list.path, 'both', async ({ ctx, query, languages: wanted }) => {
    const page = query.page(list.fields)
    const name = query.text('name')
    const code = list.codeFilter === undefined ? undefined : query.text(list.codeFilter)
    query.done()
    const items = (await listReferenceItems(ctx, list.kind)).map((item) => inLanguage(item, wanted))
    const rows = items
      .filter((item) => contains(item.name, name) && (code === undefined || item.code === code))
      .map((item) => list.row(ctx, item))
    return pageOf(list.key, rows, page)
  })
  if (!list.one) return
  routes.get(`${list.path}/:${list.idField}`, 'both', async (call) => {
    const id = call.pathId(list.idField, 'reference')
    const item = (await listReferenceItems(call.ctx, list.kind)).find((candidate) => candidate.id === id)
    if (!item) throw notFound(list.path.slice(1), call.params[list.idField] ?? '')
    return ok(list.row(call.ctx, inLanguage(item, call.languages)))
  })
}
