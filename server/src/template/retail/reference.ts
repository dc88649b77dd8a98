import type { AttributeType } from '../../core/customers/index.ts'
import type { ReferenceItemInput, ReferenceKind } from '../../core/organisations/index.ts'
import type { Tenant } from '../../platform/ctx.ts'

/** What a tenant may note of a customer beside the fixed fields; each is an attribute of every customer too. */
export const customerProperties: readonly {
  readonly code: string
  readonly name: string
  readonly attributeType: AttributeType
  readonly choices?: readonly string[]
}[] = [
  { code: 'p1_note', name: 'Note', attributeType: 'text' },
  { code: 'p1_shoe_size', name: 'Shoe size', attributeType: 'number' },
  { code: 'p1_newsletter_topic', name: 'Topic', attributeType: 'choice', choices: ['home', 'fashion', 'kitchen'] },
  { code: 'p1_anniversary', name: 'Anniversary', attributeType: 'date' },
  { code: 'p1_vip', name: 'VIP', attributeType: 'boolean' },
]

type Named = readonly [code: string, name: string, data?: Readonly<Record<string, unknown>>]

/** One line an item; the order is the order that lists show. */
const listed: Partial<Record<ReferenceKind, readonly Named[]>> = {
  customer_source: [
    ['e-shop', 'E-shop'],
    ['store', 'Store'],
    ['newsletter', 'Newsletter'],
  ],
  customer_property: customerProperties.map(({ code, name, attributeType, choices }) => [
    code,
    name,
    { dataType: attributeType, choices: choices ?? [], attribute: code },
  ]),
  customer_status: [
    ['bronze', 'Bronze', { tierRank: 1 }],
    ['silver', 'Silver', { tierRank: 2 }],
    ['gold', 'Gold', { tierRank: 3 }],
  ],
  purchase_type: [
    ['store', 'Store'],
    ['e-commerce', 'E-commerce'],
    ['cancel', 'Cancel'],
  ],
  // earns: gives points; payable: points may pay for it; discounts: rewards may make it cheaper.
  purchase_item_type: [
    ['store', 'Store', { earns: true, payable: true, discounts: true }],
    ['e-commerce', 'E-commerce', { earns: true, payable: true, discounts: true }],
    ['cancel', 'Cancel', { earns: false, payable: false, discounts: false }],
    ['item_without_rewards', 'Item without rewards', { earns: true, payable: true, discounts: false }],
    ['otc_without_loyalty', 'OTC without loyalty', { earns: false, payable: false, discounts: false }],
    ['point_payments_only', 'Point payments only', { earns: false, payable: true, discounts: false }],
  ],
  event_group: [['shop', 'Shop']],
  event_type: [['workshop_visited', 'Workshop visited', { group: 'shop', properties: ['workshop'] }]],
  event_property: [['workshop', 'Workshop', { dataType: 'text' }]],
  store_group: [
    ['city', 'City stores'],
    ['outlet', 'Outlets'],
  ],
  store_property: [
    ['parking_spaces', 'Parking spaces', { dataType: 'integer' }],
    ['size', 'Size', { dataType: 'choice', choices: ['small', 'large'] }],
    ['note', 'Note', { dataType: 'text' }],
  ],
  segment_group: [
    ['marketing', 'Marketing'],
    ['service', 'Service'],
  ],
  interest: [
    ['home', 'Home and living'],
    ['kitchen', 'Kitchen'],
    ['fashion', 'Fashion'],
  ],
  customer_type: [
    ['person', 'Person'],
    ['company', 'Company'],
  ],
  address_type: [
    ['delivery', 'Delivery address'],
    ['billing', 'Billing address'],
  ],
  relation_type: [
    ['referral', 'Referred'],
    ['household', 'Household'],
  ],
  product_tag: [
    ['new', 'New'],
    ['sale', 'Sale'],
  ],
  industry: [
    ['retail', 'Retail'],
    ['food-and-drink', 'Food and drink'],
    ['services', 'Services'],
  ],
  industry_sector: [
    ['home-and-living', 'Home and living', { industries: ['retail'] }],
    ['fashion', 'Fashion', { industries: ['retail'] }],
    ['coffee-shops', 'Coffee shops', { industries: ['food-and-drink'] }],
  ],
  business_activity: [
    ['shop', 'Shop'],
    ['e-commerce', 'E-commerce'],
    ['delivery', 'Delivery'],
  ],
  organisation_tag: [
    ['family-friendly', 'Family friendly'],
    ['parking', 'Parking'],
    ['delivery', 'Delivery'],
  ],
  cancellation_reason: [
    ['changed-mind', 'Changed my mind'],
    ['takes-too-long', 'Takes too long'],
    ['ordered-by-mistake', 'Ordered by mistake'],
    ['out-of-stock', 'Out of stock'],
  ],
  partner: [['own', 'Own programme', { isDefault: true }]],
  payment_gateway: [['STRIPE', 'STRIPE', { provider: 'sandbox' }]],
  recommender_block: [
    ['popular', 'Popular', { algorithm: 'popular' }],
    ['similar', 'Similar', { algorithm: 'similar' }],
    ['also_bought', 'Also bought', { algorithm: 'also_bought' }],
    ['recently_viewed', 'Recently viewed', { algorithm: 'recently_viewed' }],
    ['interesting', 'Interesting for you', { algorithm: 'interesting' }],
    ['search', 'Found by others', { algorithm: 'search' }],
  ],
  promo_code_list: [['welcome', 'Welcome', { codes: ['WELCOME-7QK2', 'WELCOME-M4XT', 'WELCOME-9RDA'] }]],
  survey_category: [
    ['website', 'Website'],
    ['delivery', 'Delivery'],
    ['checkout', 'Checkout'],
  ],
  survey_channel: [
    ['website', 'Website'],
    ['email', 'E-mail'],
    ['popup', 'Pop-up'],
    ['ios_app', 'iOS app'],
    ['pos', 'Point of sale'],
  ],
  message_template: [
    [
      'welcome',
      'Welcome',
      {
        channel: 'email',
        purpose: 'transactional',
        subject: 'Welcome, {{first_name}}',
        text: 'Hello {{first_name}}, your card {{card_number}} is ready.',
        html: '<p>Hello {{first_name}}, your card <b>{{card_number}}</b> is ready.</p>',
      },
    ],
    ['news', 'News', { channel: 'email', purpose: 'bulk', subject: 'News: {{headline}}', text: '{{headline}}' }],
    ['order_status', 'Order status', { channel: 'sms', text: 'Your order {{order_id}} is now {{status}}.' }],
  ],
  multi_channel_campaign: [
    [
      'order_paid',
      'Order paid',
      {
        channels: ['mobile_push', 'sms', 'email'],
        subject: 'Thank you for your order {{order_id}}',
        text: 'We received your payment of {{amount}} for order {{order_id}}.',
      },
    ],
  ],
  language: [
    ['en', 'English'],
    ['de', 'German'],
    ['fr', 'French'],
    ['es', 'Spanish'],
    ['it', 'Italian'],
    ['nl', 'Dutch'],
    ['pl', 'Polish'],
    ['cs', 'Czech'],
    ['sk', 'Slovak'],
    ['el', 'Greek'],
  ],
  country: [
    ['DE', 'Germany', { alpha3: 'DEU', callingCode: '49' }],
    ['AT', 'Austria', { alpha3: 'AUT', callingCode: '43' }],
    ['CH', 'Switzerland', { alpha3: 'CHE', callingCode: '41' }],
    ['GB', 'United Kingdom', { alpha3: 'GBR', callingCode: '44' }],
    ['FR', 'France', { alpha3: 'FRA', callingCode: '33' }],
    ['ES', 'Spain', { alpha3: 'ESP', callingCode: '34' }],
    ['IT', 'Italy', { alpha3: 'ITA', callingCode: '39' }],
    ['NL', 'Netherlands', { alpha3: 'NLD', callingCode: '31' }],
    ['BE', 'Belgium', { alpha3: 'BEL', callingCode: '32' }],
    ['PL', 'Poland', { alpha3: 'POL', callingCode: '48' }],
    ['CZ', 'Czechia', { alpha3: 'CZE', callingCode: '420' }],
    ['SK', 'Slovakia', { alpha3: 'SVK', callingCode: '421' }],
    ['GR', 'Greece', { alpha3: 'GRC', callingCode: '30' }],
    ['CY', 'Cyprus', { alpha3: 'CYP', callingCode: '357' }],
    ['IE', 'Ireland', { alpha3: 'IRL', callingCode: '353' }],
    ['US', 'United States', { alpha3: 'USA', callingCode: '1' }],
  ],
  currency: [
    ['EUR', 'Euro', { symbol: '€' }],
    ['GBP', 'Pound sterling', { symbol: '£' }],
    ['USD', 'US dollar', { symbol: '$' }],
    ['CZK', 'Czech koruna', { symbol: 'Kč' }],
    ['CHF', 'Swiss franc', { symbol: 'CHF' }],
    ['PLN', 'Polish złoty', { symbol: 'zł' }],
  ],
}

export function referenceItems(tenant: Tenant): ReferenceItemInput[] {
  const kinds = Object.entries(listed) as [ReferenceKind, readonly Named[]][] // Object.entries loses the key type
  const items = kinds.flatMap(([kind, rows]) =>
    rows.map(([code, name, data], position) => ({ kind, code, name, data: data ?? {}, position })),
  )
  const known = items.some((item) => item.kind === 'currency' && item.code === tenant.currency)
  const own = { kind: 'currency', code: tenant.currency, name: tenant.currency, position: 0 } as const
  // The tenant's own currency comes first.
  return [
    ...items.map((item) => {
      if (item.kind !== 'currency') return item
      return { ...item, position: item.code === tenant.currency ? 0 : item.position + 1 }
    }),
    ...(known ? [] : [own]),
  ]
}
