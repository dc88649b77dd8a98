import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { createStaffUser } from '../../src/core/accounts/index.ts'
import { upsertCategories, upsertProducts } from '../../src/core/catalog/index.ts'
import { createReward, findDefaultProgramme, giveTier, listTiers } from '../../src/core/loyalty/index.ts'
import { recordPurchase, recordPurchases, runReplays } from '../../src/core/purchases/index.ts'
import { startLoop } from '../../src/jobs/loops.ts'
import { hasChromium, sidewaysScroll, visit } from './chromium.ts'
import { openShop, type Shop } from './shop.ts'

const dayMilliseconds = 86_400_000
const marketer = { email: 'mara@corner.example', password: 'a long enough pass phrase' }
const shop = hasChromium ? await openMarket() : undefined

/** The corner shop with coffee in its catalogue, a customer in Gold, and a year of past Saturdays. */
async function openMarket(): Promise<Shop & { saturday: Date }> {
  const corner = await openShop()
  const { ctx, jane, john } = corner
  await upsertCategories(ctx, [{ externalId: 'coffee', name: 'Coffee and tea' }])
  await upsertProducts(ctx, [
    { code: 'beans', name: 'House blend 1 kg', priceMinor: 4280, currency: 'EUR', categoryExternalId: 'coffee' },
    { code: 'bun', name: 'Cardamom bun', priceMinor: 430, currency: 'EUR' },
  ])
  const programme = await findDefaultProgramme(ctx)
  const gold = programme && (await listTiers(ctx, programme.id)).find(({ name }) => name === 'Gold')
  if (!gold) throw new Error('the retail template has a tier called Gold')
  await createStaffUser(ctx, { ...marketer, name: 'Mara', role: 'marketer' })
  await giveTier(ctx, { customerId: jane.id, tierId: gold.id })
  const saturday = saturdayOf(ctx.clock.now(), ctx.tenant.timeZone)
  // Jane bought coffee on eight Saturdays and eight Wednesdays, John, who is not in Gold, on the same days.
  const sales = Array.from({ length: 8 }, (_, index) => index + 1).flatMap((weeks) =>
    [0, 4].flatMap((days) =>
      [jane, john].map((person) => ({
        space: 'till',
        number: `PAST-${weeks}-${days}-${person.id}`,
        source: 'till' as const,
        confirmed: true,
        customerId: person.id,
        currency: 'EUR',
        occurredAt: new Date(saturday.getTime() - (weeks * 4 * 7 + days) * dayMilliseconds),
        lines: [
          { code: 'beans', quantity: 1, unitPrice: '42.80' },
          { code: 'bun', quantity: 1, unitPrice: '4.30' },
        ],
        onKnownNumber: 'refuse' as const,
      })),
    ),
  )
  await recordPurchases(ctx, sales)
  const replays = startLoop(ctx, { what: 'replays', work: runReplays })
  afterAll(() => replays.stop())
  return { ...corner, saturday }
}

/** Noon of the Saturday of this weekend, as the console means it: on a Sunday of the shop, the day before. */
function saturdayOf(now: Date, timeZone: string): Date {
  const noon = new Date(`${new Intl.DateTimeFormat('en-CA', { timeZone }).format(now)}T12:00:00Z`)
  const weekday = noon.getUTCDay()
  return new Date(noon.getTime() + (weekday === 0 ? -1 : 6 - weekday) * dayMilliseconds)
}

const pages = [
  '/loyalty/rules',
  '/loyalty/rules/new',
  '/loyalty/rewards',
  '/loyalty/rewards/new',
  '/loyalty/tiers',
  '/loyalty/simulator',
]

function opened() {
  if (!shop) throw new Error('these tests are skipped without a browser')
  return shop
}

async function signIn(page: Page): Promise<void> {
  const answer = await page.request.post('/api/v1/session', { data: marketer })
  expect(answer.status()).toBe(201)
}

const choose = async (page: Page, field: string, typed: string, option: RegExp) => {
  const input = page.getByRole('combobox', { name: field, exact: true }).or(page.getByLabel(field, { exact: true }))
  await input.first().click()
  await input.first().fill(typed)
  await page.getByRole('option', { name: option }).click()
  await page.keyboard.press('Tab')
}

describe.skipIf(!hasChromium)('loyalty in the console (needs /usr/bin/chromium)', { timeout: 180_000 }, () => {
  test('a marketer makes “double points on coffee this weekend for Gold”, tries it, replays it, turns it on, and it pays', async () => {
    const { origin, ctx, jane, saturday } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/loyalty/rules')
    await page.getByRole('link', { name: 'New rule' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Double points on coffee')
    await page.getByText('Some products').click()
    await choose(page, 'Categories', 'coffee', /Coffee and tea/)
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByRole('menuitem', { name: 'Tier' }).click()
    await choose(page, 'Tiers', 'Gold', /^Gold$/)
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByRole('menuitem', { name: 'Weekday' }).click()
    await page.getByRole('button', { name: 'This weekend' }).click()
    await page.getByText('Double points on “Coffee and tea” · Customers in Gold · On weekends').waitFor()

    // On a basket of Jane's on a Saturday, before anything is saved; on a Wednesday it says why not.
    await choose(page, 'Customer', 'jane', /Jane Smith/)
    await choose(page, 'Add a product', 'house', /House blend/)
    await choose(page, 'Add a product', 'bun', /Cardamom bun/)
    const day = saturday.toISOString().slice(0, 10)
    await pickDay(page, day)
    // Once both lines are counted; with one of them alone the programme gives 42, too.
    await page.getByText('89 points').waitFor()
    await page.getByText('+42 points').waitFor()
    await page.getByText('2 times the points, on €42.80.').waitFor()

    await page.getByText('Replay the past').click()
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    // Eight Saturdays of 42 points; on a weekend there is today's sale of the corner shop, too.
    await page
      .getByText(/^(336|378) points$/)
      .first()
      .waitFor()
    await page.getByText(/^€3\.(36|78)$/).waitFor()
    await page.getByRole('link', { name: 'Jane Smith' }).waitFor()
    expect(await page.getByRole('link', { name: 'John Smith' }).count()).toBe(0)
    // What was replayed is part of the address.
    const alone = await page.context().newPage()
    await alone.goto(page.url())
    await alone.getByRole('link', { name: 'Jane Smith' }).waitFor()
    await alone.close()

    await page.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('heading', { name: 'Double points on coffee' }).waitFor()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('“Double points on coffee” is on.').waitFor()
    await page.getByRole('button', { name: 'Pause' }).waitFor()

    await recordPurchase(ctx, {
      space: 'till',
      number: 'B-2001',
      source: 'till',
      confirmed: true,
      customerId: jane.id,
      currency: 'EUR',
      occurredAt: saturday,
      lines: [{ code: 'beans', quantity: 1, unitPrice: '42.80' }],
      onKnownNumber: 'refuse',
    })
    await page.goto('/purchases?q=B-2001')
    await page.getByRole('link', { name: /B-2001/ }).click()
    const drawer = page.getByRole('dialog', { name: 'Purchase' })
    await drawer.getByText('Double points on coffee').waitFor()
    await drawer.getByText('2 times the points, on €42.80.').waitFor()
    await drawer.getByText('+84 points').waitFor() // in all
    expect(await drawer.getByText('+42 points').count()).toBe(2) // the programme's and the rule's
    expect(faults).toEqual([])
  })

  test('a reward is made, turned on and given as a voucher, which the customer’s page shows and takes back', async () => {
    const { origin, jane } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/loyalty/rewards/new')
    await page.getByRole('textbox', { name: 'Name' }).fill('Five off coffee')
    await page.getByRole('textbox', { name: 'Code' }).fill('FIVE')
    await page.getByText('With a voucher', { exact: true }).click()
    await page
      .getByRole('combobox', { name: 'Kind' })
      .or(page.getByLabel('Kind', { exact: true }))
      .first()
      .click()
    await page.getByRole('option', { name: 'Amount off' }).click()
    await page.getByText('€5.00 off the whole basket').waitFor()
    await choose(page, 'Add a product', 'house', /House blend/)
    await page.getByRole('table', { name: 'Receipt' }).getByText('€37.80').first().waitFor()
    await page.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('“Five off coffee” is on.').waitFor()

    await page.getByRole('button', { name: 'Give a voucher' }).click()
    const dialog = page.getByRole('dialog', { name: 'Give “Five off coffee”' })
    const customer = dialog
      .getByRole('combobox', { name: 'Customer' })
      .or(dialog.getByLabel('Customer', { exact: true }))
    await customer.first().fill('jane')
    await page.getByRole('option', { name: /Jane Smith/ }).click()
    await dialog.getByRole('textbox', { name: 'Code' }).fill('SORRY-1')
    await dialog.getByRole('button', { name: 'Give' }).click()
    await page.getByText('Voucher SORRY-1 is given.').waitFor()

    await page.goto(`/customers/${jane.id}`)
    await page.getByText('SORRY-1').waitFor()
    await page.getByText('The highest tier.').waitFor()
    await page.getByRole('button', { name: 'Take SORRY-1 back' }).click()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('SORRY-1 is taken back.').waitFor()
    expect(faults).toEqual([])
  })

  test('a gift card is issued and topped up by whoever may move value', async () => {
    const { origin, ctx, owner } = opened()
    const definition = { benefit: { kind: 'amount', amountMinor: 2500 }, conditions: [] } as const
    const card = { code: 'GIFT', name: 'Gift card', usage: 'voucher', kind: 'gift_card', state: 'active' } as const
    const reward = await createReward(ctx, { ...card, definition })
    const { page, faults } = await visit(origin)
    await page.request.post('/api/v1/session', { data: owner })
    await page.goto(`/loyalty/rewards/${reward.id}`)
    await page.getByRole('button', { name: 'Issue a gift card' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Code' }).fill('CARD-1')
    await page.getByRole('button', { name: 'Issue', exact: true }).click()
    await page.getByText('€25.00', { exact: false }).first().waitFor()
    await page.getByRole('button', { name: 'Top up CARD-1' }).click()
    await page.getByRole('textbox', { name: 'Amount' }).last().fill('10')
    await page.getByRole('button', { name: 'Top up', exact: true }).click()
    await page.getByText('€35.00').waitFor()
    expect(faults).toEqual([])
  })

  test('what a benefit took off stands on the purchase, beside what it earned', async () => {
    const { origin, ctx, jane } = opened()
    const definition = { benefit: { kind: 'percent', percent: 10 }, conditions: [] } as const
    await createReward(ctx, { code: 'TEN', name: 'Ten off', usage: 'code', state: 'active', definition })
    await recordPurchase(ctx, {
      space: 'till',
      number: 'B-3001',
      source: 'till',
      confirmed: true,
      customerId: jane.id,
      currency: 'EUR',
      occurredAt: ctx.clock.now(),
      lines: [{ code: 'beans', name: 'House blend 1 kg', quantity: 1, unitPrice: '38.52' }],
      benefits: [{ code: 'TEN', amountMinor: 428, linePosition: 1 }],
      onKnownNumber: 'refuse',
    })
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/purchases?q=B-3001')
    await page.getByRole('link', { name: /B-3001/ }).click()
    const drawer = page.getByRole('dialog', { name: 'Purchase' })
    await drawer.getByText('TEN, on House blend 1 kg').waitFor()
    await drawer.getByText('−€4.28').waitFor()
    expect(faults).toEqual([])
  })

  test('conditions are gathered in groups, and read as sentences', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/loyalty/rules/new')
    // One begins with the name.
    await page.getByRole('textbox', { name: 'Name' }).waitFor()
    await page.keyboard.type('Grouped')
    const add = async (button: string, item: string) => {
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    }
    await add('Add a condition', 'Any of …')
    await page.getByText('Nothing in it yet.').waitFor()
    await add('Add to the group', 'First purchase')
    await add('Add to the group', 'Weekday')
    await page.getByText('On the first purchase of a customer, or on weekends').waitFor()
    await page.getByRole('combobox', { name: 'How the group is looked at' }).selectOption('None of')
    await page.getByText('Neither on the first purchase of a customer, nor on weekends').waitFor()
    // An empty group says nothing and is not kept; a condition that waits for its choice is asked for.
    await add('Add a condition', 'All of …')
    await add('Add a condition', 'Tier')
    await page.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('alert').getByText('“Customers in a tier …” is not filled in.').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await page.getByRole('button', { name: 'Stay here' }).click()
    await page.getByRole('button', { name: 'Remove: Customers in a tier …' }).click()
    await page.getByText('Some products', { exact: true }).click()
    await choose(page, 'Products', 'house', /House blend/)
    await page.getByRole('button', { name: 'Save as a draft' }).click()
    await page.getByRole('heading', { name: 'Grouped' }).waitFor()
    await page.reload()
    await page.getByText('Neither on the first purchase of a customer, nor on weekends').waitFor()
    expect(await page.getByText('Nothing in it yet.').count()).toBe(0)
    // A product is kept by its code and still shown by its name.
    await page.getByText('House blend 1 kg · beans').first().waitFor()
    // Saved: nothing is asked on the way out.
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  test('a tier is given by hand with an end and a note, and taken back', async () => {
    const { origin, john } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto(`/customers/${john.id}`)
    await page.getByRole('button', { name: 'Give a tier' }).click()
    const dialog = page.getByRole('dialog', { name: 'Give a tier' })
    await dialog.getByRole('combobox', { name: 'Tier' }).click()
    await page.getByRole('option', { name: 'Gold' }).click()
    await dialog.getByRole('textbox', { name: 'Note' }).fill('Made good for a late delivery')
    await dialog.getByRole('button', { name: 'Give', exact: true }).click()
    await page.getByText('Gold is given.').waitFor()
    await page.getByText(/Given by hand on .*, without an end\./).waitFor()
    await page.getByText('Made good for a late delivery').waitFor()
    await page.getByRole('button', { name: 'Take the tier back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('It is taken back.').waitFor()
    await page.getByText('Made good for a late delivery').waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  test('a tier is edited, and says what it takes', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/loyalty/tiers')
    await page.getByRole('button', { name: 'Edit Silver' }).click()
    await page.getByRole('textbox', { name: 'Begins at, points' }).fill('750')
    await page.getByRole('textbox', { name: 'Off every purchase' }).fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('From 750 points earned, for good.').waitFor()
    await page.getByText('3% off').waitFor()
    expect(faults).toEqual([])
  })

  test('every page shows in both schemes and fits a phone', async () => {
    const { origin } = opened()
    for (const options of [
      { colorScheme: 'dark' },
      { viewport: { width: 390, height: 844 }, hasTouch: true },
    ] as const) {
      const { page, faults } = await visit(origin, options)
      await signIn(page)
      for (const place of pages) {
        await page.goto(place)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForLoadState('networkidle')
        expect(await page.getByText('This did not load').count(), place).toBe(0)
        expect(await sidewaysScroll(page), place).toBe(0)
      }
      expect(faults).toEqual([])
    }
  })
})

/** In the calendar of the field "Time"; any hour of the day will do. */
async function pickDay(page: Page, day: string): Promise<void> {
  await page
    .getByRole('button', { name: 'Time' })
    .or(page.getByLabel('Time', { exact: true }))
    .first()
    .click()
  const label = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  await page.getByRole('button', { name: label.format(new Date(`${day}T00:00:00Z`)), exact: true }).click()
  await page.keyboard.press('Escape')
}
