import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { createStaffUser } from '../../src/core/accounts/index.ts'
import { createCustomer, findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { applyOperation, balancesOf } from '../../src/core/ledger/index.ts'
import {
  createCard,
  createReward,
  findCardByNumber,
  findDefaultProgramme,
  issueVoucher,
  listCardTypes,
  updateCard,
} from '../../src/core/loyalty/index.ts'
import { listPurchases } from '../../src/core/purchases/index.ts'
import { hasChromium, sidewaysScroll, visit } from './chromium.ts'
import { openShop, type Shop } from './shop.ts'

const password = 'a long enough pass phrase'
const kim = { email: 'kim@corner.example', password }
const mara = { email: 'mara@corner.example', password }
const shop = hasChromium ? await openTill() : undefined

/** The corner shop with a cashier, and a reward that gives five euros off. */
async function openTill(): Promise<Shop & { fiveOff: number }> {
  const corner = await openShop()
  const { ctx } = corner
  await createStaffUser(ctx, { ...kim, name: 'Kim', role: 'cashier' })
  await createStaffUser(ctx, { ...mara, name: 'Mara', role: 'marketer' })
  const { id: fiveOff } = await createReward(ctx, {
    code: 'SORRY',
    name: 'Sorry for the wait',
    usage: 'voucher',
    kind: 'campaign',
    state: 'active',
    definition: { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] },
  })
  return { ...corner, fiveOff }
}

function opened() {
  if (!shop) throw new Error('these tests are skipped without a browser')
  return shop
}

let people = 0

/** Somebody with a card and points. */
async function newCustomer(firstName: string, points = 0): Promise<{ id: number; card: string }> {
  const { ctx } = opened()
  const card = `10008888${String(++people).padStart(8, '0')}`
  const { id } = await createCustomer(ctx, { firstName, lastName: 'Lind' })
  const [type] = await listCardTypes(ctx)
  await createCard(ctx, { cardTypeId: type?.id ?? 0, number: card, customerId: id })
  const programme = await findDefaultProgramme(ctx)
  if (points > 0) {
    const unitId = programme?.unitId ?? 0
    await applyOperation(ctx, { kind: 'earn', key: `begin ${id}`, unitId, customerId: id, amount: points })
  }
  return { id, card }
}

async function pointsOf(customerId: number): Promise<number> {
  return (await balancesOf(opened().ctx, customerId)).find(({ unit }) => unit.code === 'points')?.available ?? 0
}

async function salesOf(customerId: number): Promise<string[]> {
  const { items } = await listPurchases(opened().ctx, { customerId, kind: 'sale', limit: 10 })
  return items.map(({ totalMinor, state }) => `${totalMinor} ${state}`)
}

/** Presses keys at the times that are told, in seconds: the page hears when they were pressed, however busy the machine. */
async function pressAt(page: Page, keys: readonly (readonly [key: string, at: number])[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  for (const [key, timestamp] of keys) {
    const isEnter = key === 'Enter'
    await session.send('Input.dispatchKeyEvent', {
      key,
      timestamp,
      type: 'keyDown',
      text: isEnter ? '\r' : key,
      ...(isEnter ? { windowsVirtualKeyCode: 13 } : {}),
    })
    await session.send('Input.dispatchKeyEvent', { key, timestamp, type: 'keyUp' })
  }
  await session.detach()
}
const secondsNow = () => Date.now() / 1000

/** A scanner types in a few milliseconds what a person takes seconds for. */
function scan(page: Page, text: string): Promise<void> {
  const start = secondsNow()
  return pressAt(
    page,
    [...text, 'Enter'].map((key, index) => [key, start + index * 0.004]),
  )
}
const byHand = (page: Page, text: string) => page.keyboard.type(text, { delay: 80 })

async function atTheTill(options: Parameters<typeof visit>[1] = {}) {
  const visited = await visit(opened().origin, options)
  const answer = await visited.page.request.post('/api/v1/session', { data: kim })
  expect(answer.status()).toBe(201)
  await visited.page.goto('/cashier')
  await visited.page.getByRole('combobox', { name: /Scan or type/ }).waitFor()
  return visited
}

async function serve(page: Page, { card }: { card: string }, name: string): Promise<void> {
  await scan(page, card)
  await page.getByRole('heading', { name: `${name} Lind` }).waitFor()
  await page.locator('input[data-first]:focus').waitFor()
}

describe.skipIf(!hasChromium)('the cashier screen (needs /usr/bin/chromium)', { timeout: 180_000 }, () => {
  test('a whole sale by keyboard only: sign in, scan, amount, reward, receipt, print, take back', async () => {
    const { origin } = opened()
    const anna = await newCustomer('Anna', 250)
    const { page, faults } = await visit(origin)
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').waitFor()
    await page.keyboard.type(kim.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(kim.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/cashier')
    await page.locator('input[data-page-search]:focus').waitFor()
    const places = await page.getByRole('navigation').first().getByRole('link').allTextContents()
    expect(places).toEqual(['Cashier', 'Dashboard', 'Customers', 'Purchases'])

    await serve(page, anna, 'Anna')
    await byHand(page, '24.90')
    await page.getByText('+24 points').first().waitFor()
    await page.keyboard.press('F8')
    await page.keyboard.press('Space')
    await page.getByText('2 EUR off for 100 points').first().waitFor()
    await page.getByRole('button', { name: 'Record €22.90' }).waitFor()
    await page.keyboard.press('F4')
    await page.keyboard.press('Enter')
    await page.locator('button:focus', { hasText: 'Record €22.90' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Recorded for Anna Lind' }).waitFor()
    expect(await pointsOf(anna.id)).toBe(250 - 100 + 22)
    expect(await salesOf(anna.id)).toEqual(['2290 completed'])

    const paper = page.getByRole('article', { name: 'Receipt' }).first()
    const printed = await paper.textContent()
    for (const part of ['Corner Coffee', 'Main store', 'Anna Lind', '€24.90', '−€2.00', '€22.90', '+22', '172'])
      expect(printed).toContain(part)
    await page.evaluate('window.print = () => { window.printed = true }')
    await page.keyboard.press('p')
    expect(await page.evaluate('window.printed')).toBe(true)
    // On one page as wide as the roll: 80 mm are 227 points.
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1)
    expect(Math.round(Number(/\/MediaBox \[0 0 ([\d.]+)/.exec(pdf)?.[1]))).toBe(227)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#root').isVisible()).toBe(false)
    expect(await page.getByText('Corner Coffee').last().isVisible()).toBe(true)
    await page.emulateMedia({ media: 'screen' })

    await page.keyboard.press('u')
    await page.getByRole('dialog', { name: 'Take the sale back?' }).waitFor()
    await page.locator('button:focus', { hasText: 'Take it back' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(/of Anna Lind is taken back/).waitFor()
    expect(await pointsOf(anna.id)).toBe(250)
    expect(await salesOf(anna.id)).toEqual(['2290 cancelled'])
    expect(faults).toEqual([])
  })

  test('whoever presses Enter again and again records once, and still sees the receipt', async () => {
    const bea = await newCustomer('Bea')
    const { page, faults } = await atTheTill()
    await serve(page, bea, 'Bea')
    await byHand(page, '10')
    const pressed = secondsNow()
    await pressAt(
      page,
      [0, 1, 2, 3, 4].map((presses) => ['Enter', pressed + presses * 0.1]),
    )
    await page.getByRole('heading', { name: 'Recorded for Bea Lind' }).waitFor()
    await pressAt(page, [['Enter', pressed + 0.5]])
    expect(await page.getByRole('heading', { name: 'Recorded for Bea Lind' }).count()).toBe(1)
    expect(await salesOf(bea.id)).toEqual(['1000 completed'])
    await pressAt(page, [['Enter', secondsNow() + 1]])
    await page.getByText('Ready for the next customer').waitFor()
    await page.getByText('The last sale').waitFor()
    expect(faults).toEqual([])
  })

  test('whoever presses without end, before the price is there, sends one sale', async () => {
    const ben = await newCustomer('Ben')
    const { page, faults } = await atTheTill()
    await serve(page, ben, 'Ben')
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/till/sales')) sent.push(request.method())
    })
    // As text: the server's types know no browser. A press whenever anything else has had its turn.
    await page.evaluate(`(async () => {
      const amount = document.activeElement
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(amount, '10')
      amount.dispatchEvent(new Event('input', { bubbles: true }))
      const turn = () => new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = resolve
        port2.postMessage('')
      })
      while (!document.querySelector('article')) {
        const button = [...document.querySelectorAll('button')].find((one) => /^(Record|Try)/.test(one.textContent))
        button?.click()
        await undefined
        button?.click()
        await turn()
      }
    })()`)
    await page.getByRole('heading', { name: 'Recorded for Ben Lind' }).waitFor()
    expect(sent).toEqual(['POST'])
    expect(faults).toEqual([])
  })

  test('an answer that is lost loses nothing: the same sale is sent again and recorded once', async () => {
    const cora = await newCustomer('Cora')
    const { page } = await atTheTill()
    await serve(page, cora, 'Cora')
    let lost = 0
    await page.route('**/api/v1/till/sales', async (route) => {
      if (lost++ > 0) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await byHand(page, '30')
    await page.getByText('+30 points').first().waitFor()
    await page.keyboard.press('F9')
    await page.keyboard.press('Enter')
    await page.getByText('No answer came, and nothing is lost.').waitFor()
    expect(await page.locator('input[data-first]').inputValue()).toBe('30')
    await page.reload()
    await page.getByText('No answer came, and nothing is lost.').waitFor()
    await page.keyboard.press('F9')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Recorded for Cora Lind' }).waitFor()
    await page.unrouteAll()
    expect(await salesOf(cora.id)).toEqual(['3000 completed'])
    expect(await pointsOf(cora.id)).toBe(30)
  })

  test('a voucher that is scanned anywhere goes into the sale, and leaves what was typed', async () => {
    const { ctx, fiveOff } = opened()
    const dora = await newCustomer('Dora')
    const emil = await newCustomer('Emil')
    await issueVoucher(ctx, { rewardId: fiveOff, customerId: dora.id, code: 'SORRY-1' })
    const { page, faults } = await atTheTill()
    await serve(page, dora, 'Dora')
    await byHand(page, '20')
    await scan(page, 'SORRY-1')
    await page.getByText('Sorry for the wait is added to the sale.').waitFor()
    expect(await page.locator('input[data-first]').inputValue()).toBe('20')
    await page.getByRole('button', { name: 'Record €15.00' }).waitFor()

    // The next customer's card asks before it drops what is entered.
    await scan(page, emil.card)
    await page.getByRole('dialog', { name: 'Go on with Emil Lind?' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Record €15.00' }).waitFor()
    await page.keyboard.press('F9')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Recorded for Dora Lind' }).waitFor()
    expect(await salesOf(dora.id)).toEqual(['1500 completed'])

    await scan(page, emil.card)
    await page.getByRole('heading', { name: 'Emil Lind' }).waitFor()
    await scan(page, 'SORRY-1')
    await page.getByText('was used already').waitFor()
    expect(faults).toEqual([])
  })

  test('a card that nobody has registers a new customer; a blocked one warns', async () => {
    const { ctx } = opened()
    const { page, faults } = await atTheTill()
    await scan(page, '4711081547110815')
    await page.getByText('Nothing is known by “4711081547110815”.').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New customer' }).waitFor()
    await page.locator('input[name]:focus, input:focus').waitFor()
    await byHand(page, 'Fritzi')
    await page.keyboard.press('Tab')
    await byHand(page, 'Lind')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Fritzi Lind' }).waitFor()
    const fritzi = await findCustomerByIdentity(ctx, { kind: 'card', value: '4711081547110815' })
    expect(fritzi).toMatchObject({ firstName: 'Fritzi', lastName: 'Lind' })

    const gina = await newCustomer('Gina')
    await updateCard(ctx, { id: (await findCardByNumber(ctx, gina.card))?.id ?? 0, state: 'blocked' })
    await page.keyboard.press('Escape')
    await page.getByText('Ready for the next customer').waitFor()
    await scan(page, gina.card)
    await page.getByText(`The card ${gina.card} is blocked. It is Gina Lind’s.`).waitFor()
    await page.getByRole('button', { name: 'Open Gina Lind all the same' }).waitFor()
    expect(faults).toEqual([])
  })

  test('more than there is, is refused in plain words and not recorded', async () => {
    const hanna = await newCustomer('Hanna', 60)
    const { page, faults } = await atTheTill()
    await serve(page, hanna, 'Hanna')
    await byHand(page, '5')
    await page.getByLabel(/^Pay with points/).focus()
    await byHand(page, '61')
    await page.getByText('Not enough: 60 points available, 61 points asked for.').waitFor()
    await page.keyboard.press('F9')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('button', { name: /^Record/ }).getAttribute('aria-disabled')).toBe('true')
    expect(await salesOf(hanna.id)).toEqual([])
    await page.getByLabel(/^Pay with points/).fill('60')
    await page.getByRole('button', { name: 'Record €4.40' }).waitFor()
    await page.keyboard.press('F9')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Recorded for Hanna Lind' }).waitFor()
    expect(await pointsOf(hanna.id)).toBe(4)
    expect(faults).toEqual([])
  })

  test('finds customers by a part of their name, with arrow keys', async () => {
    const { page } = await atTheTill()
    await byHand(page, 'smith')
    await page.keyboard.press('Enter')
    await page.getByRole('option', { name: /Jane Smith/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /Smith/ }).waitFor()
    await page.keyboard.press('?')
  })

  test('fits a phone and a tablet, light and dark, and is not offered to a marketer', async () => {
    const { origin } = opened()
    const ida = await newCustomer('Ida', 1200)
    for (const [width, colorScheme] of [
      [390, 'light'],
      [820, 'dark'],
    ] as const) {
      const { page, faults } = await atTheTill({ viewport: { width, height: 900 }, colorScheme, hasTouch: true })
      expect(await sidewaysScroll(page)).toBe(0)
      await serve(page, ida, 'Ida')
      await byHand(page, '60')
      await page.getByRole('button', { name: 'Record €54.00' }).waitFor()
      expect(await sidewaysScroll(page)).toBe(0)
      expect(await page.getByRole('button', { name: 'Record €54.00' }).isVisible()).toBe(true)
      expect(faults).toEqual([])
    }
    const { page } = await visit(origin)
    await page.request.post('/api/v1/session', { data: mara })
    await page.goto('/')
    await page.getByRole('link', { name: 'Customers' }).first().waitFor()
    expect(await page.getByRole('link', { name: 'Cashier' }).count()).toBe(0)
  })
})
