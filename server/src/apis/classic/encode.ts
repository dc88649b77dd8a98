/**
 * One answer, written as XML or as JSON. The mapping is the one that clients of this API rely on: an attribute becomes a
 * key, a wrapper of repeated elements becomes an array under the wrapper's name, every scalar is text.
 */
export interface Element {
  readonly kind: 'element'
  /** An attribute in XML, a key like any other in JSON. */
  readonly status?: string
  readonly entries: Entries
}
export interface List {
  readonly kind: 'list'
  readonly singular: string
  readonly items: readonly (Element | string)[]
  /** Without a wrapper in XML: the items stand beside what else the parent has. */
  readonly bare?: true
}
export type Value = string | number | null | undefined | Element | List
/** In the order of the answer. An undefined value is left out, null is an empty element. */
export type Entries = Readonly<Record<string, Value>>

export const element = (entries: Entries, status?: string): Element => ({ kind: 'element', entries, status })
export const list = (singular: string, items: readonly (Element | string)[]): List => ({
  kind: 'list',
  singular,
  items,
})
export const bareList = (singular: string, items: readonly Element[]): List => ({
  ...list(singular, items),
  bare: true,
})

/** Rows, however many, one by one. Those of reports stand directly under the response, others have a wrapper. */
export interface Rows {
  readonly singular: string
  readonly plural: string
  readonly wrapped: boolean
  readonly items: AsyncIterable<Element>
}

/** `head` before the rows, `tail` after them; it is asked for when the rows are through. */
export interface Answer {
  /** `success` unless told. */
  readonly status?: string
  readonly head?: Entries
  readonly rows?: Rows
  readonly tail?: () => Entries
}

export type Format =
  | { readonly kind: 'xml' }
  | { readonly kind: 'json'; readonly condensed: boolean; readonly callback: string | undefined }

export function contentType(format: Format): string {
  if (format.kind === 'xml') return 'text/xml; charset=utf-8'
  return format.callback ? 'application/javascript; charset=utf-8' : 'application/json; charset=utf-8'
}

/** The answer's text in pieces, so that a report never stands in memory as a whole. */
export function render(answer: Answer, format: Format): AsyncGenerator<string> {
  return format.kind === 'xml' ? renderXml(answer) : renderJson(answer, format)
}

/** A refusal: XML has one `error`; JSON has it as text and as a list, since clients read either. */
export function renderError(message: string, format: Format): string {
  if (format.kind === 'xml') return `<response status="error">\n  <error>${escapeXml(message)}</error>\n</response>\n`
  const body = { status: 'error', error: message, errors: [message] }
  return wrapJson(JSON.stringify(body, null, format.condensed ? undefined : 2), format.callback)
}

async function* renderXml({ status = 'success', head, rows, tail }: Answer): AsyncGenerator<string> {
  yield `<response status="${escapeXml(status)}">\n${xmlEntries(head ?? {}, '  ')}`
  if (rows) {
    const indent = rows.wrapped ? '    ' : '  '
    if (rows.wrapped) yield `  <${rows.plural}>\n`
    for await (const row of rows.items) yield xmlElement(rows.singular, row, indent)
    if (rows.wrapped) yield `  </${rows.plural}>\n`
  }
  yield `${xmlEntries(tail?.() ?? {}, '  ')}</response>\n`
}

function xmlEntries(entries: Entries, indent: string): string {
  return Object.entries(entries)
    .map(([name, value]) => xmlValue(name, value, indent))
    .join('')
}

function xmlValue(name: string, value: Value, indent: string): string {
  if (value === undefined) return ''
  if (value === null || typeof value !== 'object')
    return `${indent}<${name}>${escapeXml(String(value ?? ''))}</${name}>\n`
  if (value.kind === 'element') return xmlElement(name, value, indent)
  const inside = value.bare ? indent : `${indent}  `
  const items = value.items.map((item) => xmlValue(value.singular, item, inside)).join('')
  if (value.bare) return items
  return `${indent}<${name}>\n${items}${indent}</${name}>\n`
}

function xmlElement(name: string, { status, entries }: Element, indent: string): string {
  const attribute = status === undefined ? '' : ` status="${escapeXml(status)}"`
  return `${indent}<${name}${attribute}>\n${xmlEntries(entries, `${indent}  `)}${indent}</${name}>\n`
}

// A reader of XML takes a carriage return that is not escaped for the end of a line.
const xmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

/** Most texts have nothing to escape, and a report has millions of them. */
const needsCare = /[^\t\n\u0020\u0021\u0023-\u0025\u0027-\u003b\u003d\u003f-\ud7ff\ue000-\ufffd]/

// Characters that XML 1.0 cannot hold, not even escaped, are left out.
function escapeXml(text: string): string {
  if (!needsCare.test(text)) return text
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"\r]/g, (character) => xmlEscapes[character] ?? character)
}

async function* renderJson(
  answer: Answer,
  { condensed, callback }: { condensed: boolean; callback: string | undefined },
): AsyncGenerator<string> {
  const [line, step, colon] = condensed ? ['', '', ':'] : ['\n', '  ', ': ']
  const write = (value: unknown, depth: number) => {
    const text = JSON.stringify(value, null, condensed ? undefined : step.length)
    return safeInScript(text.replaceAll('\n', `\n${step.repeat(depth)}`), callback)
  }
  const entries = (all: Entries) =>
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `,${line}${step}${JSON.stringify(name)}${colon}${write(jsonValue(value), 1)}`)
      .join('')

  yield `${callback ? `${callback}(` : ''}{${line}${step}"status"${colon}${JSON.stringify(answer.status ?? 'success')}${entries(answer.head ?? {})}`
  if (answer.rows) {
    yield `,${line}${step}${JSON.stringify(answer.rows.plural)}${colon}[`
    let first = true
    for await (const row of answer.rows.items) {
      yield `${first ? '' : ','}${line}${step}${step}${write(jsonValue(row), 2)}`
      first = false
    }
    yield first ? ']' : `${line}${step}]`
  }
  yield `${entries(answer.tail?.() ?? {})}${line}}${callback ? ');' : ''}`
}

function jsonValue(value: Value): unknown {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  if (value.kind === 'list') return value.items.map(jsonValue)
  const status = value.status === undefined ? {} : { status: value.status }
  const entries = Object.entries(value.entries).filter(([, entry]) => entry !== undefined)
  return { ...status, ...Object.fromEntries(entries.map(([name, entry]) => [name, jsonValue(entry)])) }
}

// These two end a line in older JavaScript but are plain text in JSON.
function safeInScript(json: string, callback: string | undefined): string {
  return callback ? json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029') : json
}

function wrapJson(json: string, callback: string | undefined): string {
  return callback ? `${callback}(${safeInScript(json, callback)});` : json
}
