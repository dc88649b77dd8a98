import { expect, test } from 'vitest'
import { dayOf } from './attribute-rules.ts'
import { findEmail, findPhone } from './rules.ts'

test.each([
  ['  Jane.Doe@Example.COM ', 'jane.doe@example.com'],
  ['üser@bücher.example', 'üser@xn--bcher-kva.example'],
  ['a+b@x.co', 'a+b@x.co'],
  ['e\u0301@x.co', 'é@x.co'],
  ['no-at.example.com', undefined],
  ['@x.co', undefined],
  ['a@localhost', undefined],
  ['a b@x.co', undefined],
  ['a@b@x.co', undefined],
  ['.a@x.co', undefined],
  ['a..b@x.co', undefined],
  ['a@x..co', undefined],
  ['a@-x.co', undefined],
  [`${'a'.repeat(65)}@x.co`, undefined],
  ['a@x.co\nbcc: b@x.co', undefined],
  ['', undefined],
])('the e-mail %j is kept as %j', (text, email) => {
  expect(findEmail(text)).toBe(email)
})

test.each([
  ['0151 12345678', 'DE', '+4915112345678'],
  ['+49 (0)151 12345678', 'DE', '+4915112345678'],
  ['0049 151/12345678', 'GB', '+4915112345678'],
  ['020 7946 0958', 'GB', '+442079460958'],
  ['020 7946 0958', 'gb', '+442079460958'],
  ['６０３ 123 456', 'CZ', '+420603123456'],
  ['603 123 456', 'nowhere', undefined],
  ['call me', 'DE', undefined],
  ['1', 'DE', undefined],
])('the phone %j in %s is kept as %j', (text, country, phone) => {
  expect(findPhone(text, country)).toBe(phone)
})

test.each([
  ['1990-02-28', '1990-02-28'],
  ['28.2.1990', '1990-02-28'],
  ['1990-02-28 00:00:00', '1990-02-28'],
  ['1990-02-30', undefined],
  ['soon', undefined],
])('the day %j is read as %j', (text, day) => {
  expect(dayOf(text)).toBe(day)
})
