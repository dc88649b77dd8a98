import { refuse } from './decode.ts'

let codesByName: ReadonlyMap<string, string> | undefined

/** Two letters, or the English name that older clients send. */
export function decodeCountry(text: string, field: string): string {
  if (/^[A-Za-z]{2}$/.test(text)) return text.toUpperCase()
  codesByName ??= readCountryNames()
  return codesByName.get(text.toLowerCase()) ?? refuse(field, 'must be a code of two letters or a name in English')
}

function readCountryNames(): Map<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const codes = letters.flatMap((first) => letters.map((second) => first + second))
  return new Map(codes.map((code) => [names.of(code)?.toLowerCase() ?? '', code]))
}
