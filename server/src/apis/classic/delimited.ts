import papaparse from 'papaparse'
import { type Fields, findText, refuse } from './decode.ts'

/** A call answers when all of its rows are written. */
const maxRows = 20_000
const maxLength = 8_000_000
const maxColumns = 200

/**
 * The rows of a batch, each as the fields of a call. `..._header_1`, `..._header_2` and so on name the columns, else the first row
 * does; a column named `none` is left out.
 */
export function decodeRows(fields: Fields, what: 'profiles' | 'visits'): Fields[] {
  const name = `${what}_data`
  // The manual writes one of them with capitals.
  const sent = [...fields.keys()].find((one) => one.toLowerCase() === name) ?? name
  const text = findText(fields, sent, { max: maxLength }) ?? refuse(name, 'is required')
  const { data } = papaparse.parse<string[]>(text, { delimiter: decodeDelimiter(fields), skipEmptyLines: 'greedy' })
  const header = (findHeader(fields, what) ?? data.shift() ?? []).map((column) => column.trim())
  if (data.length > maxRows) return refuse(name, `must not have more than ${maxRows} rows`)
  const used = header.flatMap((column, index) => (column === '' || column === 'none' ? [] : [{ column, index }]))
  const repeated = used.find(({ column }, index) => used.findIndex((one) => one.column === column) !== index)
  if (repeated) return refuse(name, `has the column ${repeated.column.slice(0, 50)} twice`)
  return data.map((row) => {
    const cells = used.map(({ column, index }) => [column, (row[index] ?? '').trim()] as const)
    return new Map(cells.filter(([, value]) => value !== ''))
  })
}

/** Numbered without a gap. */
function findHeader(fields: Fields, what: string): string[] | undefined {
  const columns: string[] = []
  for (let number = 1; number <= maxColumns; number++) {
    const column = findText(fields, `${what}_header_${number}`)
    if (column === undefined) break
    columns.push(column)
  }
  return columns.length > 0 ? columns : undefined
}

const delimiters: Readonly<Record<string, string>> = { pipe: '|', comma: ',', tab: '\t', semicolon: ';' }

/** The name or the character; a tab is trimmed away by forms, so that it has to be named. */
function decodeDelimiter(fields: Fields): string {
  const text = fields.get('delimiter')?.toLowerCase() ?? 'comma'
  const named = Object.hasOwn(delimiters, text) ? delimiters[text] : text === '\\t' ? '\t' : text
  if (named === undefined || !Object.values(delimiters).includes(named))
    return refuse('delimiter', `must be one of ${Object.keys(delimiters).join(', ')}`)
  return named
}
