import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { createStaffUser } from '../../src/core/accounts/index.ts'
import { createCustomer } from '../../src/core/customers/index.ts'
import { sendMessage } from '../../src/core/messaging/index.ts'
import { hasChromium, sidewaysScroll, visit } from './chromium.ts'
import { openShop } from './shop.ts'

const shop = hasChromium ? await openShop() : undefined

function opened() {
  if (!shop) throw new Error('these tests are skipped without a browser')
  return shop
}

/** As the form would, without its page; the form itself is tested below. */
async function signIn(page: Page): Promise<void> {
  const answer = await page.request.post('/api/v1/session', { data: opened().owner })
  expect(answer.status()).toBe(201)
}

const places = ['/', '/customers', '/purchases', '/lists', '/outbox', '/connect', '/settings', '/settings?tab=lists']

// Twenty pages are opened in one test; a busy machine takes its time.
describe.skipIf(!hasChromium)('the console in Chromium (needs /usr/bin/chromium)', { timeout: 180_000 }, () => {
  test('refuses a wrong password, and leads a stranger to where they wanted to go', async () => {
    const { origin, owner } = opened()
    const { page } = await visit(origin)
    await page.goto('/customers?q=smith')
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('E-mail or password is wrong.').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: /Jane Smith/ }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/customers')
  })

  test('finds a customer, gives points with a reason, and shows them in the timeline', async () => {
    const { origin, jane } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/')
    await page.getByText('€54.90').first().waitFor() // both sales of the day
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await page.getByLabel('Name, e-mail, phone, card or code').fill('jane@')
    await page.getByRole('link', { name: /Jane Smith/ }).click()
    await page.getByRole('heading', { name: 'Jane Smith' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/customers/${jane.id}`)
    await page.getByText('B-1001').first().waitFor()

    await page.getByRole('button', { name: 'Adjust points' }).click()
    await page.getByRole('textbox', { name: 'How much' }).fill('50')
    await page.getByRole('textbox', { name: 'Reason' }).fill('Late delivery')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Late delivery').first().waitFor()
    await page.getByText('+50').first().waitFor()
    await page.locator('li', { hasText: 'Points' }).getByText('97', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  test('keeps a subscription, edits a name, and finds both after a reload', async () => {
    const { origin, john } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto(`/customers/${john.id}`)
    const campaigns = page.getByRole('switch', { name: 'Campaigns by E-mail' })
    await campaigns.check({ force: true })
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'First name' }).fill('Johnny')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Johnny Smith' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Johnny Smith' }).waitFor()
    expect(await campaigns.isChecked()).toBe(true)
    expect(faults).toEqual([])
  })

  test('folds a customer into another and takes it back', async () => {
    const { origin, jane, john } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto(`/customers/${john.id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Merge into another' }).click()
    const dialog = page.getByRole('dialog', { name: /^Merge/ })
    await dialog.getByRole('button', { name: /Jane Smith/ }).click()
    await dialog.getByRole('button', { name: 'Merge into Jane Smith' }).click()
    await page.waitForURL(`**/customers/${jane.id}`)
    await page.getByText('john@example.com').first().waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.waitForURL(`**/customers/${john.id}`)
    await page.getByText('john@example.com').first().waitFor()
    expect(faults).toEqual([])
  })

  test('exports everything about a person, and erases them only when the code is typed', async () => {
    const { origin, ctx } = opened()
    const leaver = await createCustomer(ctx, { firstName: 'Lea', lastName: 'Ver', email: 'lea@example.com' })
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto(`/customers/${leaver.id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Export all data' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    const file = await (await downloading).path()
    expect(await readFile(file, 'utf8')).toContain('lea@example.com')

    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Erase the person' }).click()
    const erase = page.getByRole('button', { name: 'Erase for ever' })
    expect(await erase.isDisabled()).toBe(true)
    await page.getByRole('textbox', { name: /last four digits/ }).fill(leaver.code.slice(-4))
    await erase.click()
    await page.getByRole('heading', { name: 'Erased customer' }).waitFor()
    expect(await page.getByText('lea@example.com').count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('shows what a purchase consists of, who told of it and why it earned', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/purchases')
    await page.getByRole('link', { name: /B-1001/ }).click()
    const drawer = page.getByRole('dialog', { name: 'Purchase' })
    await drawer.getByText('House blend 1 kg').waitFor()
    await drawer.getByText('1 point for each whole EUR, on €47.10').waitFor()
    await drawer.getByText('Confirmed').waitFor()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
  })

  test('makes a key where the first call wants one, and the copied call has it', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin, { permissions: ['clipboard-read', 'clipboard-write'] })
    await signIn(page)
    await page.goto('/connect')
    await page.getByText('YOUR_API_KEY').first().waitFor()
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('textbox', { name: 'What will use it' }).fill('A first try')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('Keep the key now').waitFor()
    await page.getByRole('button', { name: 'Copy the call' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const call = await page.evaluate<string>('navigator.clipboard.readText()')
    const [, authorization = ''] = /-H 'Authorization: (Bearer \w+)'/.exec(call) ?? []
    const [url = ''] = /http:[^']+/.exec(call) ?? []
    const { pathname, search } = new URL(url)
    expect((await fetch(origin + pathname + search, { headers: { authorization } })).status).toBe(200)
    // Covered on the screen, which may be shared.
    expect(await page.getByText(authorization).count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('keeps the lists that the other interfaces choose from', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/settings?tab=lists')
    await page.getByRole('combobox', { name: 'List' }).click()
    await page.getByRole('option', { name: 'Event types' }).click()
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Fitting')
    await page.getByRole('textbox', { name: 'Code' }).fill('fitting')
    await page.getByRole('textbox', { name: 'Icon' }).fill('ruler')
    await page.keyboard.press('Enter')
    const row = page.getByRole('listitem').filter({ hasText: 'Fitting' })
    await row.getByText('ruler').waitFor()
    await row.getByRole('button', { name: 'Take Fitting away' }).click()
    await page.getByRole('button', { name: 'Take away', exact: true }).click()
    await row.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  test('empties the search field when a link leads to the whole list, whatever was typed before', async () => {
    const { origin } = opened()
    const { page } = await visit(origin)
    await signIn(page)
    await page.goto('/customers')
    const field = page.getByLabel('Name, e-mail, phone, card or code')
    await field.pressSequentially('x')
    await field.press('Backspace')
    // Told at once; the list is the whole one already, so no answer comes to it.
    await field.blur()
    await field.fill('jane')
    await page.waitForURL('**/customers?q=jane')
    await page.getByText('1 found').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await page.waitForURL('**/customers')
    await page.getByText('in all').waitFor()
    expect(await field.inputValue()).toBe('')
  })

  test('an address that somebody wrote finds what it says, also by digits; on a tablet names keep their room', async () => {
    const { origin, jane } = opened()
    const { page, faults } = await visit(origin, { viewport: { width: 1024, height: 768 } })
    await signIn(page)
    await page.goto(`/customers?q=${jane.code}`)
    await page.getByText('1 found').waitFor()
    expect(await page.getByLabel('Name, e-mail, phone, card or code').inputValue()).toBe(jane.code)
    await page.getByRole('link', { name: /Jane Smith/ }).waitFor()
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual([
      'Customer',
      'Last purchase',
      'Bought',
      'Points',
    ])
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('columnheader', { name: 'Code' }).waitFor()
    expect(faults).toEqual([])
  })

  test('what is filled in outlives a look at another tab, and is not left without asking', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await page.clock.install()
    await signIn(page)
    await page.goto('/settings')
    const name = page.getByRole('textbox', { name: 'Name', exact: true })
    await name.fill('Corner Coffee & Cake')
    // Whoever comes back after a while sees what is stored now, read anew.
    await page.clock.fastForward(60_000)
    const readAnew = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/settings'))
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    await (await readAnew).finished()
    await page.waitForLoadState('networkidle')
    expect(await name.inputValue()).toBe('Corner Coffee & Cake')

    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await page.getByRole('tab', { name: 'Staff' }).click()
    await question.getByRole('button', { name: 'Stay here' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(await name.inputValue()).toBe('Corner Coffee & Cake')
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await question.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  test('a form that is sent twice in a moment is carried out once', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/lists')
    await page.getByRole('button', { name: 'New list' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Sent twice')
    // As text: the server's types know no browser.
    await page.evaluate(`(() => {
      const form = document.querySelector('[role="dialog"] form')
      form.requestSubmit()
      form.requestSubmit()
    })()`)
    await page.getByRole('heading', { name: 'Sent twice' }).waitFor()
    await page.goto('/lists')
    await page
      .getByRole('link', { name: /Sent twice/ })
      .first()
      .waitFor()
    expect(await page.getByRole('link', { name: /Sent twice/ }).count()).toBe(1)
    expect(faults).toEqual([])
  })

  test('says inside its frame that an address is nothing', async () => {
    const { origin } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/lists/1')
    await page.getByRole('heading', { name: 'List', exact: true }).waitFor()
    await page.getByText('There is no such thing here').waitFor()
    expect(await page.locator('main').getByRole('link', { name: 'Lists' }).count()).toBe(1)
    await page.goto('/nowhere/at/all')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Customers' }).first().click()
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor()
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([])
  })

  test('what somebody may not do is not offered to them', async () => {
    const { origin, ctx, jane } = opened()
    const viewer = { email: 'vera@corner.example', password: 'only looking around 7' }
    await createStaffUser(ctx, { ...viewer, name: 'Vera', role: 'viewer' })
    const { page, faults } = await visit(origin)
    expect((await page.request.post('/api/v1/session', { data: viewer })).status()).toBe(201)
    await page.goto(`/customers/${jane.id}`)
    await page.getByRole('switch', { name: 'Campaigns by E-mail' }).waitFor()
    expect(await page.locator('[role="switch"]:enabled').count()).toBe(0)
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /Adjust points|Edit|Give a tier/ })
        .count(),
    ).toBe(0)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Export all data' }).waitFor()
    expect(await page.getByRole('menuitem').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.goto('/purchases')
    await page.getByRole('link', { name: /B-1001/ }).click()
    await page.getByRole('dialog', { name: 'Purchase' }).getByText('House blend 1 kg').waitFor()
    expect(await page.getByRole('button', { name: 'Cancel the purchase' }).count()).toBe(0)
    for (const [place, heading] of [
      ['/customers', 'Customers'],
      ['/lists', 'Lists'],
    ] as const) {
      await page.goto(place)
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      expect(await page.getByRole('button', { name: /^New/ }).count()).toBe(0)
    }
    await page.goto('/settings?tab=audit')
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Shop', 'Loyalty', 'Lists to choose from'])
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('a dialogue gives the focus back to what opened it, also out of a menu', async () => {
    const { origin, jane } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto(`/customers/${jane.id}`)
    const edit = page.getByRole('button', { name: 'Edit' })
    await edit.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Edit the customer' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('button:focus', { hasText: 'Edit' }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Merge into another' }).click()
    await page.getByRole('dialog', { name: /^Merge/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('button[aria-label="More actions"]:focus').waitFor()
    expect(faults).toEqual([])
  })

  test('whose session ends in the middle of the work signs in again, and is back where they were', async () => {
    const { origin, owner } = opened()
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/customers?q=jane')
    await page.getByText('1 found').waitFor()
    await page.context().clearCookies()
    await page.getByLabel('Name, e-mail, phone, card or code').fill('john')
    await page.waitForURL('**/sign-in?to=*')
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password').first().fill(owner.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/customers?q=*')
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor()
    expect(faults.filter((fault) => !fault.includes('401'))).toEqual([])
  })

  test('says at the field, in plain words, what is wrong with it', async () => {
    const { origin } = opened()
    const { page } = await visit(origin)
    await signIn(page)
    await page.goto('/customers')
    await page.getByRole('button', { name: 'New customer' }).click()
    await page.getByRole('textbox', { name: 'First name' }).fill('Ann')
    const phone = page.getByRole('textbox', { name: 'Phone' })
    await phone.fill('call me')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('alert').getByText('This is not a phone number.').waitFor()
    expect(await phone.getAttribute('aria-invalid')).toBe('true')
    // A click beside the dialogue throws nothing away.
    await page.mouse.click(5, 5)
    expect(await phone.inputValue()).toBe('call me')
  })

  test('takes what is typed from the moment the search is asked for, and gives the keys back when it closes', async () => {
    const { origin } = opened()
    const { page } = await visit(origin)
    await signIn(page)
    await page.goto('/')
    await page.getByText('€54.90').first().waitFor()
    // As text: the server's types know no browser. A timer is what the page does before the next key can come: not a frame.
    const focused = await page.evaluate(`(async () => {
      const press = (key, ctrlKey = false) =>
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }))
      const next = () => new Promise((resolve) => setTimeout(resolve))
      press('k', true)
      const opened = document.activeElement.getAttribute('role')
      press('Escape')
      await next()
      const closed = document.querySelector('[role="dialog"]') === null
      press('/')
      await next()
      return { opened, closed, again: document.activeElement.getAttribute('role') }
    })()`)
    expect(focused).toEqual({ opened: 'combobox', closed: true, again: 'combobox' })
  })

  test('a dialogue takes what is typed from the moment it is opened', async () => {
    const { origin, jane } = opened()
    const { page } = await visit(origin, { reducedMotion: 'no-preference' })
    await signIn(page)
    await page.goto(`/customers/${jane.id}`)
    await page.getByRole('button', { name: 'Adjust points' }).waitFor()
    // As text: the server's types know no browser. A timer is what the page does before the next key can come: not a frame.
    const focused = await page.evaluate(`(async () => {
      const button = [...document.querySelectorAll('button')].find(({ innerText }) => innerText === 'Adjust points')
      button.click()
      await new Promise((resolve) => setTimeout(resolve))
      return document.activeElement.closest('[role="dialog"]')?.querySelector('input:focus')?.labels[0]?.innerText
    })()`)
    expect(focused).toBe('How much')
  })

  test('can be used with the keyboard alone', async () => {
    const { origin, jane, owner } = opened()
    const { page, faults } = await visit(origin)
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').waitFor()
    await page.keyboard.type(owner.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(owner.password)
    await page.keyboard.press('Enter')
    await page.getByText('€54.90').first().waitFor()

    await page.keyboard.press('Control+k')
    await page.keyboard.type('jane')
    await page.getByRole('option', { name: /Jane Smith/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/customers/${jane.id}`)

    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.waitForURL('**/customers')
    // The address changes before the page does, and the dashboard names Jane too.
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor()
    await page.getByRole('link', { name: /Jane Smith/ }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('jane')
    await page.waitForURL('**/customers?q=jane')
    await page.getByText('1 found').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/customers/${jane.id}`)
    expect(faults).toEqual([])
  })

  test('shows every page in both schemes without an error or a request to another host', async () => {
    const { origin } = opened()
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults } = await visit(origin, { colorScheme })
      await signIn(page)
      for (const place of places) {
        await page.goto(place)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForLoadState('networkidle')
        expect(await page.getByText('This did not load').count(), place).toBe(0)
      }
      expect(faults).toEqual([])
    }
  })

  test('fits a phone: no page scrolls sideways', async () => {
    const { origin, jane } = opened()
    const { page, faults } = await visit(origin, { viewport: { width: 390, height: 844 }, hasTouch: true })
    await signIn(page)
    for (const place of [...places, `/customers/${jane.id}`, '/connect?api=carecloud', '/settings?tab=keys']) {
      await page.goto(place)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      expect(await sidewaysScroll(page), place).toBe(0)
    }
    expect(faults).toEqual([])
  })

  test('shows a message as its reader sees it, and loads nothing that the message asks for', async () => {
    const { origin, ctx } = opened()
    const html = '<h1>Hello Jane</h1><img src="https://tracker.example/pixel.gif"><script>document.title = "x"</script>'
    await sendMessage(ctx, {
      key: 'preview',
      channel: 'email',
      purpose: 'security',
      to: 'reader@example.com',
      subject: 'Your receipt',
      text: 'Hello Jane',
      html,
    })
    const { page, faults } = await visit(origin)
    await signIn(page)
    await page.goto('/outbox?to=reader@example.com')
    await page.frameLocator('iframe').getByRole('heading', { name: 'Hello Jane' }).waitFor()
    await page.getByText('Plain text').click()
    await page.locator('pre', { hasText: 'Hello Jane' }).waitFor()
    expect(faults.filter((fault) => !fault.includes('tracker.example') && !fault.includes('script'))).toEqual([])
    expect(faults.filter((fault) => fault.startsWith('request to'))).toEqual([])
  })
})
