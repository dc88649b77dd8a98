import { beforeAll, describe, expect, it } from 'vitest'
import { createCustomer } from '../../src/core/customers/index.ts'

import { call, clock, openShop, type Shop, signUp } from './crmcom-shop.ts'

let shop: Shop
let other: Shop
beforeAll(async () => {
  shop = await openShop('alfa')
  other = await openShop('beta')
})

describe('a contact', () => {
  let john: Awaited<ReturnType<typeof signUp>>
  let mary: Awaited<ReturnType<typeof signUp>>
  beforeAll(async () => {
    john = await signUp(shop, 'contact@crm.com')
    mary = await signUp(other, 'contact@crm.com')
  })

  it('is shown by its id in any form, under both base paths', async () => {
    const expected = {
      id: john.id,
      code: expect.stringMatching(/^\d{16}$/),
      type: 'PERSON',
      title: '',
      first_name: 'John',
      middle_name: '',
      last_name: 'Doe',
      company_name: '',
      preferred_language_code: 'ENG',
      statutory_number: '',
      avatar_url: '',
      email_address: 'contact@crm.com',
      referral_code: expect.any(String),
      loyalty_identifiers: [],
      sms_opt_out: 'true',
      email_opt_out: 'true',
      consent_state: 'PENDING',
    }
    const { body } = await call('GET', `/contacts/${john.id}`, john)
    expect(body).toEqual(expected)
    const legacy = john.id.replaceAll('-', '').toUpperCase()
    expect((await call('GET', `/contacts/${legacy}/`, john)).body).toEqual(expected)
    expect((await call('GET', `/contacts/${body.code}`, john)).body).toEqual(expected)
    expect((await call('GET', `/crmcom/selfservice/v3/contacts/${john.id}`, john)).body).toEqual(expected)
  })

  it('takes the documented update and shows it', async () => {
    const update = {
      title: 'Sir',
      first_name: 'Johnny',
      middle_name: 'Alias',
      preferred_language_code: 'XQX',
      statutory_number: 'EF-12345',
      demographics: {
        gender: 'MALE',
        passport: { passport_number: '123456', issue_country_code: 'CYP', expiration_date: 129876567 },
        id_details: { id_number: 'K123456', issue_country_code: 'CYP', expiration_date: 129876567 },
        name_day: { month: 10, day: 4 },
        date_of_birth: { year: 1990, month: 10, day: '16' },
      },
      company_profle: { annual_turnover: 1568.14, registration_number: '123456' },
      email_address: 'bill@gmail.com',
      sms_opt_out: 'false',
      email_opt_out: false,
      is_tax_exempt: 'true',
      consent_state: 'ACCEPTED',
    }
    const bad = await call('PUT', `/contacts/${john.id}`, { ...john, body: update })
    expect(bad.body).toMatchObject({ code: 400, attribute: 'preferred_language_code' })
    const body = { ...update, preferred_language_code: 'GRE' }
    expect(await call('PUT', `/contacts/${john.id}`, { ...john, body })).toEqual({ status: 200, body: { id: john.id } })
    expect((await call('GET', `/contacts/${john.id}`, john)).body).toMatchObject({
      title: 'Sir',
      first_name: 'Johnny',
      middle_name: 'Alias',
      last_name: 'Doe',
      preferred_language_code: 'ELL',
      statutory_number: 'EF-12345',
      email_address: 'bill@gmail.com',
      sms_opt_out: 'false',
      email_opt_out: 'false',
      consent_state: 'ACCEPTED',
    })
    expect((await call('GET', `/contacts/${john.id}/demographics`, john)).body).toEqual({
      gender: 'MALE',
      passport: { number: '123456', issue_country_code: 'CYP', expiration_date: 129876567 },
      id_details: { number: 'K123456', issue_country_code: 'CYP', expiration_date: 129876567 },
      name_day: { month: 10, day: 4 },
      date_of_birth: { year: 1990, month: 10, day: 16 },
    })
    const byDocument = { send_method: 'EMAIL', credentials: [{ name: 'ID_NUMBER', value: 'K123456' }] }
    expect((await call('POST', '/contacts/otp', { key: shop.key, body: byDocument })).body.obfuscated_value).toBe(
      'bi***@gmail.com',
    )
    expect((await call('POST', '/contacts/otp', { key: other.key, body: byDocument })).status).toBe(404)
  })

  it.each([
    [{ first_name: '' }, 'first_name'],
    [{ first_name: 'x\u0000' }, null],
    [{ first_name: 'x\ud800' }, 'first_name'],
    [{ last_name: 'y'.repeat(201) }, 'last_name'],
    [{ demographics: { date_of_birth: { year: 2018, month: 2, day: 30 } } }, 'date_of_birth'],
    [{ demographics: 'x' }, 'demographics'],
    [{ demographics: { gender: 'X' } }, 'gender'],
    [{ sms_opt_out: 'perhaps' }, 'sms_opt_out'],
    [{ consent_state: 'X' }, 'consent_state'],
    [{ email_address: 'no address' }, 'email_address'],
    [{ email_address: 'erin@crm.com' }, 'email_address'],
    [{ title: { a: 1 } }, 'title'],
    [[1], 'body'],
    ['{"a":', null],
  ])('refuses %j and names the attribute', async (body, attribute) => {
    await createCustomer(shop.ctx, { email: 'erin@crm.com' }).catch(() => undefined)
    const answer = await call('PUT', `/contacts/${john.id}`, { ...john, body })
    expect(answer).toEqual({
      status: 400,
      body: { code: 400, message: expect.any(String), attribute, error: expect.any(String) },
    })
  })

  it('names the attribute as the operation does', async () => {
    const phone = await call('POST', `/contacts/${john.id}/phones`, { ...john, body: { number: '12' } })
    expect(phone.body).toMatchObject({ code: 400, attribute: 'number', error: 'phone.invalid' })
    const identity = { provider: 'EMAIL', username: 'no address', password: 'a secret 1' }
    const body = { first_name: 'N', last_name: 'A', identity }
    const registered = await call('POST', '/contacts/register', { key: shop.key, body })
    expect(registered.body).toMatchObject({ code: 400, attribute: 'username', error: 'email.invalid' })
  })

  it('records consent on its own', async () => {
    const give = (consent_state: string) =>
      call('PUT', `/contacts/${john.id}/consents`, { ...john, body: { consent_state } })
    expect(await give('REJECTED')).toEqual({ status: 200, body: { id: john.id } })
    expect((await call('GET', `/contacts/${john.id}`, john)).body.consent_state).toBe('REJECTED')
    expect((await give('')).status).toBe(400)
  })

  it('keeps addresses: the first is the primary one until another is', async () => {
    const path = `/contacts/${john.id}/addresses`
    const home = {
      address_type: 'HOME',
      address_line_1: 'Elia 1',
      town_city: 'Nicosia',
      country_code: 'CYP',
      lat: '35.1',
      lon: 33.3,
    }
    const first = (await call('POST', path, { ...john, body: home })).body.id
    const work = { address_type: 'BUSINESS', address_line_1: 'Tower', country_code: 'CY', is_primary: true }
    const second = (await call('POST', path, { ...john, body: work })).body.id
    await call('PUT', `${path}/${first}`, { ...john, body: { address_line_2: 'Floor 2', care_of: 'Jane' } })
    const { body } = await call('GET', path, john)
    const rows = Object.fromEntries(body.content.map((row: { id: string }) => [row.id, row]))
    expect(rows[first]).toEqual({
      id: first,
      type: 'HOME',
      address_line_1: 'Elia 1',
      address_line_2: 'Floor 2',
      state_province_county: '',
      town_city: 'Nicosia',
      postal_code: '',
      country_code: 'CY',
      care_of: 'Jane',
      is_primary: 'false',
      lat: 35.1,
      lon: 33.3,
      googleplaceid: '',
    })
    expect(rows[second]).toMatchObject({ type: 'BUSINESS', is_primary: 'true' })
    expect((await call('DELETE', `${path}/${second}`, john)).status).toBe(200)
    expect((await call('DELETE', `${path}/${second}`, john)).status).toBe(404)
    expect((await call('POST', path, { ...john, body: { ...home, country_code: 'XX' } })).body.attribute).toBe(
      'country_code',
    )
    expect((await call('POST', path, { ...john, body: { country_code: 'CY' } })).body.attribute).toBe('address_line_1')
    expect((await call('POST', path, { ...john, body: { ...home, lat: 91 } })).body.attribute).toBe('lat')
  })

  it('keeps phones, each of one contact only', async () => {
    const path = `/contacts/${john.id}/phones`
    const phone = { phone_type: 'LANDLINE', is_primary: 'true', number: '22265577', country_code: 'CYP' }
    const added = await call('POST', path, { ...john, body: phone })
    expect(added.status).toBe(200)
    expect((await call('GET', path, john)).body).toEqual({
      content: [
        { id: added.body.id, phone_type: 'LANDLINE', is_primary: 'true', number: '22265577', country_code: 'CY' },
      ],
    })
    const changed = await call('PUT', `${path}/${added.body.id}`, {
      ...john,
      body: { number: '22265578', country_code: 'CY' },
    })
    expect((await call('GET', path, john)).body.content).toEqual([
      { id: changed.body.id, phone_type: 'LANDLINE', is_primary: 'true', number: '22265578', country_code: 'CY' },
    ])
    const taken = { number: '99123834', country_code: '357' }
    const owner = await signUp(shop, 'phone-owner@crm.com')
    await call('POST', `/contacts/${owner.id}/phones`, { ...owner, body: taken })
    expect((await call('POST', path, { ...john, body: taken })).body).toMatchObject({
      attribute: 'number',
      error: 'identity.taken',
    })
    expect((await call('POST', path, { ...john, body: { number: '1' } })).status).toBe(400)
    expect((await call('DELETE', `${path}/${changed.body.id}`, john)).status).toBe(200)
    expect((await call('GET', path, john)).body).toEqual({ content: [] })
  })

  it('shows short codes for the till, unique and for a while', async () => {
    const path = `/contacts/${john.id}/tokens`
    const made = await call('POST', path, { ...john, body: { intent: 'SPEND', spend_amount: 14.52 } })
    expect(made.body).toEqual({
      id: expect.any(String),
      value: expect.stringMatching(/^\d{6}$/),
      expiration: clock.now().getTime() / 1000 + 600,
      spend_amount: 14.52,
    })
    await call('POST', path, { ...john, body: { intent: 'APPROVE_PURCHASE' } })
    expect((await call('GET', `${path}?intent=SPEND`, john)).body).toEqual({ content: [made.body] })
    expect((await call('GET', path, john)).body.content).toHaveLength(2)
    expect((await call('POST', path, { ...john, body: {} })).body.attribute).toBe('intent')
    expect((await call('POST', path, { ...john, body: { intent: 'SPEND', spend_amount: -1 } })).status).toBe(400)
    clock.advance(601_000)
    expect((await call('GET', path, john)).body).toEqual({ content: [] })
  })

  it('reaches nothing of another contact or another shop', async () => {
    const jane = await signUp(shop, 'jane@crm.com')
    const anna = await signUp(other, 'anna@crm.com')
    const accountOf = async (who: typeof jane) =>
      (await call('GET', `/contacts/${who.id}/accounts`, who)).body.content[0].accounts[0].id
    const [janes, annas] = [await accountOf(jane), await accountOf(anna)]
    const routes = [
      '',
      '/demographics',
      '/addresses',
      '/phones',
      '/tokens',
      '/accounts',
      '/purchases',
      '/organisations',
    ]
    for (const route of routes) {
      expect((await call('GET', `/contacts/${jane.id}${route}`, john)).status, route).toBe(403)
      expect((await call('GET', `/contacts/${anna.id}${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/contacts/nonsense${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/contacts/${john.id}${route}`, { key: shop.key })).status, route).toBe(401)
    }
    for (const route of ['financials', 'rewards']) {
      expect((await call('GET', `/accounts/${janes}/${route}`, john)).status, route).toBe(403)
      expect((await call('GET', `/accounts/${annas}/${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/accounts/${john.id}/${route}`, john)).status, route).toBe(404)
    }
    const janesAddress = await call('POST', `/contacts/${jane.id}/addresses`, {
      ...jane,
      body: { address_line_1: 'Hers' },
    })
    const janesPhone = await call('POST', `/contacts/${jane.id}/phones`, { ...jane, body: { number: '+35722000001' } })
    for (const path of [`addresses/${janesAddress.body.id}`, `phones/${janesPhone.body.id}`]) {
      expect(
        (await call('PUT', `/contacts/${john.id}/${path}`, { ...john, body: { is_primary: true } })).status,
        path,
      ).toBe(404)
      expect((await call('DELETE', `/contacts/${john.id}/${path}`, john)).status, path).toBe(404)
      expect((await call('DELETE', `/contacts/${jane.id}/${path}`, john)).status, path).toBe(403)
    }
    expect((await call('PUT', `/contacts/${jane.id}`, { ...john, body: { first_name: 'X' } })).status).toBe(403)
    expect((await call('POST', `/contacts/${jane.id}/sign_out`, john)).status).toBe(403)
    expect((await call('GET', `/organisations/${other.businessId}`, john)).status).toBe(404)
    expect((await call('GET', `/organisations/${other.businessId}/network`, john)).status).toBe(404)
    expect((await call('GET', `/contacts/${mary.id}`, john)).status).toBe(404)
  })
})
