// The browser SDK, served at /v3.js with its types taken off. Pages load it with the vendor's own snippet: calls made before it
// is there wait in `r46.q`. It keeps the device's name in the browser and sends what the page tells it.
;(() => {
  type Fields = Record<string, unknown>
  type Done = (answer?: unknown) => void
  type Call = readonly unknown[]
  interface Loader {
    (...call: unknown[]): void
    q?: ArrayLike<unknown>[]
  }

  const page = window as unknown as { r46?: Loader } // the snippet's own global
  const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : location.href

  let api = new URL('/rees46', script).href
  let shop = ''
  let stream = 'web'
  let did = ''
  let seance = ''
  let segment = ''
  /** Calls that came before the session was there. */
  let waiting: Call[] | undefined = []

  const storage = { device: 'r46_did', session: 'r46_seance', segment: 'r46_segment' } as const

  /** Browsers may forbid storage: the visit then is a device of its own. */
  function recall(store: 'localStorage' | 'sessionStorage', key: string): string {
    try {
      return window[store].getItem(key) ?? ''
    } catch {
      return ''
    }
  }

  function keep(store: 'localStorage' | 'sessionStorage', key: string, value: string): void {
    try {
      window[store].setItem(key, value)
    } catch {
      // Nothing depends on it.
    }
  }

  const nothing: Done = () => {}
  const asDone = (value: unknown): Done => (typeof value === 'function' ? (value as Done) : nothing) // callers give callbacks

  async function answerOf(response: Response): Promise<unknown> {
    const answer: unknown = await response.json()
    if (!response.ok) throw answer
    return answer
  }

  const own = (): Fields => ({ shop_id: shop, did, seance, sid: seance, stream, ...(segment ? { segment } : {}) })

  /** As text/plain, which a browser sends without asking first; kept alive, so that leaving the page loses nothing. */
  function post(path: string, fields: Fields): Promise<unknown> {
    const body = JSON.stringify({ ...own(), ...fields })
    const headers = { 'content-type': 'text/plain;charset=UTF-8' }
    // A browser keeps at most 64 KiB alive.
    return fetch(`${api}${path}`, { method: 'POST', body, headers, keepalive: body.length < 60_000 }).then(answerOf)
  }

  function get(path: string, fields: Fields): Promise<unknown> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...own(), ...fields })) {
      if (value !== undefined && value !== null) query.set(name, String(value))
    }
    return fetch(`${api}${path}?${query}`).then(answerOf)
  }

  function settle(request: Promise<unknown>, success: unknown, failure: unknown): void {
    request.then(asDone(success), asDone(failure))
  }

  function init(call: Call): void {
    const [shopId, ...rest] = call
    const options: Fields = typeof rest[0] === 'object' && rest[0] !== null ? record(rest.shift()) : {}
    shop = String(shopId)
    stream = typeof options.stream === 'string' ? options.stream : 'web'
    if (typeof options.host === 'string') api = new URL('/rees46', options.host).href
    did = typeof options.did === 'string' ? options.did : recall('localStorage', storage.device)
    seance = recall('sessionStorage', storage.session)
    segment = recall('localStorage', storage.segment) || (Math.random() < 0.5 ? 'A' : 'B')
    const hours = Math.round(-new Date().getTimezoneOffset() / 60)
    const asked = { did: did || undefined, seance: seance || undefined, sid: undefined, v: 3, tz: hours }
    const request = get('/init', { ...asked, referrer: document.referrer || undefined }).then((answer) => {
      const session = answer as { did: string; seance: string } // what /init answers
      did = session.did
      seance = session.seance
      keep('localStorage', storage.device, did)
      keep('localStorage', storage.segment, segment)
      keep('sessionStorage', storage.session, seance)
      const calls = waiting ?? []
      waiting = undefined
      for (const one of calls) run(one)
      return answer
    })
    settle(request, rest[0], rest[1])
  }

  /** Which tool of ours led here: links that we emit carry it. */
  function origin(): Fields {
    const query = new URLSearchParams(location.search)
    const [by, code] = [query.get('recommended_by'), query.get('recommended_code')]
    return by && code ? { recommended_by: by, recommended_code: code } : {}
  }

  const record = (value: unknown): Fields =>
    typeof value === 'object' && value !== null ? { ...value } : { id: value }

  function toItem(value: unknown): Fields {
    const { stock, recommended_by: _by, recommended_code: _code, ...item } = record(value)
    return { ...item, ...(stock === undefined ? {} : { is_available: stock }) }
  }

  function toolOf(value: unknown): Fields {
    const { recommended_by, recommended_code } = record(value)
    return { ...(recommended_by ? { recommended_by } : {}), ...(recommended_code ? { recommended_code } : {}) }
  }

  /** One product, or a list that is everything there is now. */
  function collected(full: string, value: unknown): Fields {
    if (Array.isArray(value)) return { items: value.map(toItem), [full]: true }
    return { items: [toItem(value)], ...toolOf(value) }
  }

  function purchased(value: unknown): Fields {
    const { products, order, ...rest } = record(value)
    return {
      ...rest,
      order_id: order ?? rest.order_id,
      items: Array.isArray(products) ? products.map(toItem) : rest.items,
    }
  }

  const events: Record<string, (value: unknown) => Fields> = {
    view: (value) => ({ ...origin(), ...toolOf(value), items: [toItem(value)] }),
    category: (value) => ({ category_id: value }),
    search: (value) => ({ search_query: value }),
    cart: (value) => collected('full_cart', value),
    remove_from_cart: (value) => ({ items: [toItem(value)] }),
    wish: (value) => collected('full_wish', value),
    remove_wish: (value) => ({ items: [toItem(value)] }),
    purchase: purchased,
  }

  function track(call: Call): Promise<unknown> {
    const [name, value] = call
    const event = String(name)
    const encode = Object.hasOwn(events, event) ? events[event] : undefined
    if (encode) return post('/push', { event, ...encode(value) })
    const data = typeof value === 'object' && value !== null ? { ...value } : {}
    return post('/push/custom', { ...data, event })
  }

  const commands: Record<string, (call: Call) => Promise<unknown>> = {
    track,
    'profile set': ([data]) => post('/profile/set', record(data)),
    'profile get': () => get('/profile', {}),
    'segment add': ([data]) => post('/segments/add', record(data)),
    'segment remove': ([data]) => post('/segments/remove', record(data)),
    'segment get': () => get('/segments/get', {}),
    'subscription manage': ([data]) => post('/subscriptions/manage', record(data)),
    cart: () => get('/products/cart', {}),
    last_order: () => get('/orders/last_for_user', {}),
  }

  /** `r46(command, …, success, failure)`; some commands are two words. */
  function run(call: Call): void {
    const [first, second] = call
    if (first === 'init') {
      init(call.slice(1))
      return
    }
    if (waiting) {
      waiting.push(call)
      return
    }
    const name = Object.hasOwn(commands, String(first)) ? String(first) : `${first} ${second}`
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    const [success, failure] = call.filter((one) => typeof one === 'function')
    if (!command) {
      asDone(failure)({ message: `r46 has no command ${first}` })
      return
    }
    const given = call.slice(name.split(' ').length).filter((one) => typeof one !== 'function')
    settle(command(given), success, failure)
  }

  const early = page.r46?.q ?? []
  page.r46 = (...call: unknown[]) => run(call)
  for (const call of Array.from(early)) run(Array.from(call))
})()
