import type { Chance } from '../../platform/chance.ts'
import { type Culture, cultures } from './names.ts'

/** One invented customer. */
export interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly gender: 'female' | 'male'
  readonly email: string
  readonly phone: string | undefined
  readonly birthday: string
  readonly country: string
  readonly language: string
  readonly address: { readonly line1: string; readonly city: string; readonly postalCode: string }
  readonly joinedAt: Date
  readonly source: 'e-shop' | 'store' | 'newsletter'
  /** How often they buy, against the others: a few buy much, many buy little. */
  readonly appetite: number
}

const dayMs = 86_400_000

export function inventPeople(chance: Chance, now: Date, count: number): Person[] {
  const taken = new Set<string>()
  return Array.from({ length: count }, (_, index) => {
    const culture = cultures[chance.weighted(cultures.map((one) => one.weight))] ?? chance.pick(cultures)
    const gender = chance.yes(0.58) ? 'female' : 'male'
    const [firstName, lastName] = [chance.pick(culture[gender]), chance.pick(culture.last)]
    return {
      firstName,
      lastName,
      gender,
      email: inventEmail(chance, `${firstName} ${lastName}`, taken),
      phone: chance.yes(0.7) ? inventPhone(chance, culture, taken) : undefined,
      birthday: inventBirthday(chance, now),
      country: culture.country,
      language: culture.language,
      address: inventAddress(chance, culture),
      joinedAt: inventJoining(chance, { now, share: index / count }),
      source: chance.pick(['e-shop', 'e-shop', 'store', 'store', 'newsletter']),
      appetite: 1 / (0.06 + chance.next() ** 1.5),
    }
  })
}

// Domains that nobody can own (RFC 2606), so that no demo ever writes to a person.
const domains = ['example.com', 'example.org', 'example.net']
const letters: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', ı: 'i' }

function inventEmail(chance: Chance, name: string, taken: Set<string>): string {
  const plain = name
    .toLowerCase()
    .replace(/[ßłøı]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z]+/g, '.')
  const domain = chance.pick(domains)
  for (let number = 1; ; number++) {
    const email = `${plain}${number === 1 ? '' : number}@${domain}`
    if (taken.has(email)) continue
    taken.add(email)
    return email
  }
}

function inventPhone(chance: Chance, culture: Culture, taken: Set<string>): string {
  for (;;) {
    const phone = culture.phone.replaceAll('#', () => String(chance.whole(2, 9)))
    if (taken.has(phone)) continue
    taken.add(phone)
    return phone
  }
}

function inventBirthday(chance: Chance, now: Date): string {
  const year = now.getUTCFullYear() - chance.whole(19, 74)
  return `${year}-${two(chance.whole(1, 12))}-${two(chance.whole(1, 28))}`
}

const two = (value: number) => String(value).padStart(2, '0')

function inventAddress(chance: Chance, culture: Culture): Person['address'] {
  const [city, postalCode] = chance.pick(culture.cities)
  const [street, house] = [chance.pick(culture.streets), chance.whole(1, 140)]
  const line1 = ['GB', 'FR'].includes(culture.country) ? `${house} ${street}` : `${street} ${house}`
  return { line1, city, postalCode }
}

/** The first third was there before the first sale; the rest joins day by day, more and more of them. */
function inventJoining(chance: Chance, at: { now: Date; share: number }): Date {
  const daysAgo = at.share < 0.35 ? chance.whole(396, 700) : 395 * (1 - ((at.share - 0.35) / 0.65) ** 0.85)
  return new Date(at.now.getTime() - daysAgo * dayMs - chance.whole(0, 8 * 3_600_000))
}
