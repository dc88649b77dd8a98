import { countAttempt, forgetAttempts } from '../../core/accounts/index.ts'
import { verifyCustomerPassword } from '../../core/customers/index.ts'
import type { Call } from './call.ts'
import { invalidParam } from './errors.ts'

const shortest = 8
const longest = 200

// The passwords that lists of leaked ones begin with and that would pass the other rules.
const common = new Set(
  [
    'password1',
    'passw0rd',
    'qwerty123',
    'welcome1',
    'abcd1234',
    'admin123',
    'letmein1',
    'iloveyou1',
    'abc12345',
    'test1234',
  ].concat([
    '1q2w3e4r',
    'password123',
    'qwertz123',
    'monkey123',
    'dragon123',
    'sunshine1',
    'football1',
    'princess1',
    'heslo123',
  ]),
)

/** At least 8 characters with a digit and an upper-case letter, and none that everybody tries first. */
export function isPassword(text: string): boolean {
  const long = text.length >= shortest && text.length <= longest
  return long && /\p{Nd}/u.test(text) && /\p{Lu}/u.test(text) && !common.has(text.toLowerCase())
}

type LoginType = 'email' | 'phone' | 'card'

// Few from one place, so that nobody guesses; more from everywhere, so that a stranger does not lock the customer out.
const attemptsFromOnePlace = 10
const attempts = 100
const windowSeconds = 5 * 60

/**
 * The customer behind login_type, login_value and password of the body. A wrong one is a 400: a 401 would tell the client
 * that its own token has ended.
 */
export async function proveCustomer(call: Call, loginTypes: readonly LoginType[]): Promise<number> {
  const { ctx, body } = call
  const kind = body.needChoice('login_type', loginTypes)
  const value = body.needText('login_value')
  const password = body.needText('password')
  body.done()
  const subject = `${ctx.tenant.id}:${kind}:${value.toLowerCase()}`
  const everywhere = { scope: 'carecloud customer password', subject }
  const here = { scope: 'carecloud customer password from one place', subject: `${subject} ${call.origin.ip}` }
  await countAttempt(ctx, { ...here, limit: attemptsFromOnePlace, windowSeconds })
  await countAttempt(ctx, { ...everywhere, limit: attempts, windowSeconds })
  const identity = { kind, value: kind === 'phone' ? internationalPhone(value) : value }
  const customer = await verifyCustomerPassword(ctx, { identity, password })
  if (!customer) throw invalidParam('password', 'not_allowed_value', '', 'The login or the password is wrong.')
  await forgetAttempts(ctx, here)
  await forgetAttempts(ctx, everywhere)
  return customer.id
}

/** Phones come as digits with the country's prefix and without a plus. */
export function internationalPhone(text: string): string {
  const digits = text.replace(/[\s()/-]/g, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : text
}
