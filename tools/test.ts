// Runs the tests and ends with one line that a script can read: `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'regulars-report-'))
const report = join(folder, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const run = spawnSync('vitest', ['run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' })

type Report = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number; success: boolean }
let found: Report | undefined
try {
  found = JSON.parse(readFileSync(report, 'utf8')) as Report
} catch {
  console.error(`vitest left no report (it ended with ${run.status ?? run.signal ?? run.error?.message})`)
}
rmSync(folder, { recursive: true, force: true })
// A file that does not even load has no failed test in it; it is a failure all the same.
const failed = found ? found.numFailedTests || (found.success ? 0 : Math.max(1, found.numFailedTestSuites)) : 1
console.log(`${found?.numPassedTests ?? 0} passed, ${failed} failed`)
process.exitCode = run.status === 0 && failed === 0 ? 0 : 1
