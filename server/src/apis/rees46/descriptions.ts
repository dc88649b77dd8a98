import type { FastifySchema } from 'fastify'

/** What the API's reference says of each operation. Parameters come in query, form or JSON alike, so they stand in the text. */
const descriptions: Readonly<Record<string, readonly [tag: string, summary: string, parameters: string]>> = {
  '/init': ['Session', 'Start a session', 'shop_id, did (absent: one is made), seance, stream, tz, referrer'],
  '/generate_ssid': ['Session', 'A session id as plain text', 'shop_id'],
  '/popup/showed': ['Session', 'A popup was shown', 'shop_id, did, popup'],
  '/push': [
    'Events',
    'Track an event',
    'shop_id, did, seance or sid, event: view, category, search, cart, remove_from_cart, wish, remove_wish, purchase; items [{id, quantity, price}] or item_id[i], amount[i], price[i]; category_id, search_query, full_cart, full_wish, order_id, order_price, recommended_by, recommended_code, source {from, code}',
  ],
  '/push/custom': [
    'Events',
    "Track an event of the shop's own",
    'shop_id, did, event, category, label, value, time, any keys',
  ],
  '/track/clicked': ['Events', 'A message was clicked', 'shop_id, type, code, did'],
  '/track/opened': ['Events', 'A message was opened', 'shop_id, type, code, did'],
  '/track/delivered': ['Events', 'A message arrived', 'shop_id, type, code, did'],
  '/track/received': ['Events', 'A message arrived', 'shop_id, type, code, did'],
  '/track/closed': ['Events', 'A message was closed', 'shop_id, type, code, did'],
  '/track/stories': [
    'Events',
    'A story was seen or clicked',
    'shop_id, event: view or click, story_id, slide_id, code, did',
  ],
  '/web_push_subscriptions/clicked': ['Events', 'A push message was clicked', 'shop_id, type and code, or url'],
  '/web_push_subscriptions/received': ['Events', 'A push message arrived', 'shop_id, type and code, or url'],
  '/mobile_push_tokens': ['Events', "Keep a device's push token", 'shop_id, did, token, platform'],
  '/profile/set': [
    'Profile',
    'Set properties of a person',
    'shop_id, shop_secret or did, email, phone, id, loyalty_id, first_name, last_name, gender, birthday, any keys',
  ],
  '/push_attributes': ['Profile', 'Set properties of a person (old clients)', 'as /profile/set'],
  '/event/push_attributes': ['Profile', 'Set properties of a person (old clients)', 'as /profile/set'],
  '/profile': [
    'Profile',
    'Read a profile',
    'shop_id with shop_secret and email, phone, external_id or loyalty_id: all of it; with did: what a browser may know',
  ],
  '/profile/force_change_email': [
    'Profile',
    'Rename an e-mail address',
    'shop_id, shop_secret, old_email, new_email, i_understand_what_i_am_doing',
  ],
  '/sync/orders': [
    'Orders',
    "Tell of orders from the shop's server",
    'shop_id, shop_secret, orders [{id, status, date, email, phone, loyalty_id, value {total}, items [{id, price, quantity}]}]',
  ],
  '/orders/last_for_user': ['Orders', 'Products of the last order', 'shop_id, did'],
  '/subscriptions/manage': [
    'Subscriptions',
    'Change subscriptions',
    'shop_id, shop_secret or did, email, phone, email_bulk, email_chain, email_transactional, sms_bulk, …',
  ],
  '/subscriptions/check': ['Subscriptions', 'Read subscriptions', 'shop_id, shop_secret and email or phone, or did'],
  '/subscriptions/callback': [
    'Subscriptions',
    'What became of an address',
    'shop_id, shop_secret, email, event: hard_bounced, complained, blacklisted, unsubscribed',
  ],
  '/subscriptions/changes': [
    'Subscriptions',
    'Changed subscriptions',
    'shop_id, shop_secret, from, to, event, channel, limit',
  ],
  '/segments/add': [
    'Segments',
    'Add to a static segment',
    'shop_id, segment_id, shop_secret and email or phone, or did',
  ],
  '/segments/remove': ['Segments', 'Take out of a static segment', 'as /segments/add'],
  '/segments/get': ['Segments', 'Segments of a person', 'shop_id, shop_secret and email or phone, or did'],
  '/segments/includes': [
    'Segments',
    'Whether a person is in a segment',
    'shop_id, shop_secret, segment_id, email or phone',
  ],
  '/products/get': ['Products', 'A product', 'shop_id, item_id'],
  '/products/cart': ['Products', "What is in a person's cart", 'shop_id, did, or shop_secret and email or phone'],
  '/products/cart/clear': ['Products', "Empty a person's cart", 'shop_id, shop_secret, email or phone'],
}

/** For the reference only: nothing is validated by it. `path` is without the API's prefix. */
export function describeRoute(path: string): FastifySchema {
  const known = descriptions[path]
  if (!known) return path.includes('*') ? { hide: true } : {}
  const [tag, summary, parameters] = known
  return { tags: [tag], summary, description: `Parameters: ${parameters}.` }
}
