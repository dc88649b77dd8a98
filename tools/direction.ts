// Checks the direction of knowledge over all of our code. Prints what it looked at, because a check that silently
// looked at nothing would always pass.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findViolations } from './direction/rules.ts'
import { readSource, type Source } from './direction/source.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = ['server/src', 'console/src', 'sdk']

process.exitCode = run()

function run(): number {
  const sources = folders.flatMap(readFolder)
  const imports = sources.reduce((sum, source) => sum + source.imports.length, 0)
  console.log(`   ${sources.length} files, ${imports} imports`)
  if (sources.length === 0 || imports === 0) {
    console.error('   nothing was read, so nothing was checked')
    return 1
  }
  const violations = findViolations(sources)
  for (const { path, rule } of violations) console.error(`   ${path}: ${rule}`)
  return violations.length === 0 ? 0 : 1
}

function readFolder(folder: string): Source[] {
  let entries: string[]
  try {
    entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
  return entries
    .filter((entry) => /\.tsx?$/.test(entry) && !/(?:^|\/)(?:node_modules|dist)\//.test(entry))
    .sort()
    .map((entry) => readSource(`${folder}/${entry}`, readFileSync(join(root, folder, entry), 'utf8')))
}
