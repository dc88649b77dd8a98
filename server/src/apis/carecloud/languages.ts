import type { ReferenceItem } from '../../core/organisations/index.ts'

/** The item under its name in the first of these languages that it has one in (`data.names`), else under its own. */
export function inLanguage(item: ReferenceItem, languages: readonly string[]): ReferenceItem {
  const { names } = item.data
  if (typeof names !== 'object' || names === null) return item
  const named = names as Readonly<Record<string, unknown>> // an object has fields
  const language = languages.find((one) => Object.hasOwn(named, one) && typeof named[one] === 'string')
  return language === undefined ? item : { ...item, name: String(named[language]) }
}
