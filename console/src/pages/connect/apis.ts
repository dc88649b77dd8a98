import type { ConnectedApi } from '../../api/types.ts'

interface ApiWords {
  readonly title: string
  readonly about: string
  readonly docs: string
}

/** The reference opened at one API, by the name it has there. */
function reference(name: string): string {
  return `/docs?urls.primaryName=${encodeURIComponent(name)}`
}

/** What each API is for. A shop's client keeps speaking its language; only the address changes. */
const words: Readonly<Record<string, ApiWords>> = {
  api: {
    title: 'Regulars API',
    about: 'Our own: customers, purchases, points and messages in plain JSON, with cursors and idempotency keys.',
    docs: reference('Regulars API v1'),
  },
  cleverreach: {
    title: 'CleverReach REST v3',
    about: 'Lists, receivers, attributes, double opt-in and orders for newsletter tools.',
    docs: reference('CleverReach REST v3 (compatible)'),
  },
  rees46: {
    title: 'REES46',
    about: 'Devices, behaviour events, profiles and orders from a shop’s pages and apps.',
    docs: reference('REES46 (compatible)'),
  },
  crmcom: {
    title: 'CRM.COM Self Service v1',
    about: 'The customer’s own app: sign-up, wallet, rewards, purchases.',
    docs: reference('CRM.COM Self Service v1 (compatible)'),
  },
  carecloud: {
    title: 'CareCloud Enterprise v1.0',
    about: 'Tills and e-shops: customers, cards, checkout with benefits, points and credit.',
    docs: reference('CareCloud v1.0 (compatible)'),
  },
  classic: {
    title: 'Classic loyalty API',
    about: 'Form posts and XML for tills of long standing: campaigns, points, gift cards.',
    docs: reference('Classic loyalty API (compatible)'),
  },
}

export function wordsOf(name: string): ApiWords {
  const key = name.toLowerCase()
  return words[key === 'native' ? 'api' : key] ?? { title: name, about: '', docs: '/docs' }
}

const secretName = /secret|password|(^|_)(api_)?key$|token/

export function isSecret(name: string): boolean {
  return secretName.test(name)
}

export interface Credential {
  readonly name: string
  readonly value: string
}

/** Credentials may be grouped (an interface for customers inside the one for staff); the groups are written out. */
export function listCredentials(credentials: Readonly<Record<string, unknown>>, group = ''): readonly Credential[] {
  return Object.entries(credentials).flatMap(([name, value]) => {
    const fullName = group ? `${group}.${name}` : name
    if (value === null || value === undefined) return []
    if (typeof value === 'object') return listCredentials({ ...value }, fullName)
    return [{ name: fullName, value: String(value) }]
  })
}

/** Where the first call of our own API wants a key. The server keeps only fingerprints, so it cannot write one there. */
export const KEY_PLACE = 'YOUR_API_KEY'

/** Our own API with a key just made, in its credentials and in its call. */
export function withKey(api: ConnectedApi, key: string): ConnectedApi {
  if (!api.example_curl.includes(KEY_PLACE)) return api
  const credentials = { ...api.credentials, api_key: key }
  return { ...api, credentials, example_curl: api.example_curl.replaceAll(KEY_PLACE, key) }
}
