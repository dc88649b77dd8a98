// Writes server/schema.sql: the schema that all migrations together lead to, to be read and to be diffed in a review.
// `--check` compares instead. It is asked from the catalog, because no pg_dump comes with the embedded PostgreSQL.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { migrate } from '../server/src/platform/migrate.ts'
import { openDatabase } from '../server/src/platform/postgres/index.ts'

const file = fileURLToPath(new URL('../server/schema.sql', import.meta.url))

const header = `-- Written by \`node tools/schema.ts\` from a migrated database; do not edit. The job queue's own schema
-- (graphile_worker) and partitions, which are made as time passes, are left out.\n`

// What an extension brought is not ours to list.
const ownOnly = (oid: string) =>
  `not exists (select from pg_depend d where d.objid = ${oid} and d.deptype = 'e') and n.nspname = 'public'`

/** Each query answers one column, `text`: a statement, in the order in which it is to be written. */
const sections = {
  extensions: `select format('create extension %I;', extname) as text from pg_extension where extname <> 'plpgsql' order by extname`,
  types: `select format('create type %I as enum (%s);', t.typname,
      (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid)) as text
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and ${ownOnly('t.oid')} order by t.typname`,
  sequences: `select format('create sequence %I as %s start %s increment %s cache %s;', c.relname,
      format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqcache) as text
    from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ownOnly('c.oid')} and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))
    order by c.relname`,
  tables: `select format(E'create table %I (\\n  %s\\n)%s;', c.relname, array_to_string(
      array(select format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
          case when a.attidentity <> '' then ' generated as identity'
            when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(def.adbin, def.adrelid))
            when a.attgenerated = 'v' then format(' generated always as (%s) virtual', pg_get_expr(def.adbin, def.adrelid))
            else coalesce(' default ' || pg_get_expr(def.adbin, def.adrelid), '') end,
          case when a.attnotnull then ' not null' else '' end)
        from pg_attribute a left join pg_attrdef def on def.adrelid = a.attrelid and def.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)
      || array(select format('constraint %I %s', con.conname, pg_get_constraintdef(con.oid))
        from pg_constraint con where con.conrelid = c.oid and con.contype in ('p', 'u', 'c', 'f', 'x')
        order by position(con.contype::text in 'pucxf'), con.conname), E',\\n  '),
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end
      || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) || coalesce((
      select string_agg(E'\\n' || regexp_replace(pg_get_indexdef(i.indexrelid), ' ON (ONLY )?public\\.', ' on ') || ';', ''
        order by i.indexrelid::regclass::text)
      from pg_index i where i.indrelid = c.oid
        and not exists (select from pg_constraint con where con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x'))), '')
      || coalesce((select string_agg(E'\\n' || pg_get_triggerdef(t.oid) || ';', '' order by t.tgname)
      from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal), '') as text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and ${ownOnly('c.oid')} order by c.relname`,
  views: `select format(E'create %s %I as\\n%s', case c.relkind when 'm' then 'materialized view' else 'view' end,
      c.relname, pg_get_viewdef(c.oid)) as text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and ${ownOnly('c.oid')} order by c.relname`,
  functions: `select rtrim(pg_get_functiondef(p.oid), E' \\n') || ';' as text
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prokind in ('f', 'p') and ${ownOnly('p.oid')} order by p.proname, pg_get_function_identity_arguments(p.oid)`,
}

process.exitCode = await run(process.argv.includes('--check'))

async function run(check: boolean): Promise<number> {
  const schema = await schemaOfMigrations()
  if (!check) {
    writeFileSync(file, schema)
    console.log(`wrote ${file}`)
    return 0
  }
  const committed = readCommitted()
  if (committed === schema) return 0
  console.error(`server/schema.sql is not what the migrations lead to; run \`node tools/schema.ts\` and commit it.`)
  console.error(firstDifference(committed, schema))
  return 1
}

function readCommitted(): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function firstDifference(committed: string, schema: string): string {
  const [ours, theirs] = [committed.split('\n'), schema.split('\n')]
  const line = theirs.findIndex((text, index) => text !== ours[index])
  const at = line < 0 ? theirs.length : line
  return `line ${at + 1}\n  committed: ${ours[at] ?? '(nothing)'}\n  migrated:  ${theirs[at] ?? '(nothing)'}`
}

async function schemaOfMigrations(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'regulars-schema-'))
  const database = await openDatabase({ dataDir, durable: false })
  const client = new pg.Client({ connectionString: database.url })
  try {
    await migrate(database.url)
    await client.connect()
    return await describe(client)
  } finally {
    await client.end()
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function describe(client: pg.Client): Promise<string> {
  const parts = [header]
  for (const [name, query] of Object.entries(sections)) {
    const { rows } = await client.query<{ text: string }>(query)
    if (rows.length === 0) continue
    const separator = name === 'extensions' || name === 'sequences' ? '\n' : '\n\n'
    parts.push(`${rows.map((row) => row.text).join(separator)}\n`)
  }
  const text = parts.join('\n').replaceAll(/[ \t]+$/gm, '')
  return text.replaceAll(/^CREATE (UNIQUE )?INDEX/gm, (words) => words.toLowerCase())
}
