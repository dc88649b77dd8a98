// A process that holds the embedded database open until it is told to stop or is killed: what tests of several
// processes spawn. Prints the address once it is open; ends when its input ends.
import { openDatabase } from '../src/platform/postgres/index.ts'

const dataDir = process.argv[2]
if (!dataDir) throw new Error('usage: database-holder.ts DATA_DIR')
try {
  const database = await openDatabase({ dataDir, durable: false, log: console.error })
  console.log(JSON.stringify({ url: database.url, port: database.port }))
  for await (const _ of process.stdin) {
    // The content does not matter, only its end.
  }
  await database.stop()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
