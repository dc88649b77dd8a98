// How far a long command has come: a bar on a terminal, a plain line now and then elsewhere.
import { SingleBar } from 'cli-progress'

export type Progress = {
  /** `done` counts from the start and may say what is being worked on. */
  update(done: number, detail?: string): void
  finish(): void
}

const lineEveryMs = 2_000

/** `total` may be unknown (0): then only the count is shown. */
export function showProgress(label: string, total: number, output: NodeJS.WriteStream = process.stderr): Progress {
  return output.isTTY && total > 0 ? bar(label, total, output) : lines(label, total, output)
}

function bar(label: string, total: number, output: NodeJS.WriteStream): Progress {
  const format = `${label}  {bar} {percentage}%  {value}/{total}  {detail}`
  const shown = new SingleBar({ format, stream: output, hideCursor: true, clearOnComplete: false, barsize: 30 })
  shown.start(total, 0, { detail: '' })
  return {
    update: (done, detail = '') => shown.update(Math.min(done, total), { detail }),
    finish: () => shown.stop(),
  }
}

function lines(label: string, total: number, output: NodeJS.WriteStream): Progress {
  let saidAt = performance.now()
  let last = 0
  const say = (done: number, detail = '') => {
    const share = total > 0 ? ` of ${total} (${Math.floor((100 * done) / total)}%)` : ''
    output.write(`${label}: ${done}${share}${detail ? ` ${detail}` : ''}\n`)
  }
  return {
    update: (done, detail) => {
      last = done
      if (performance.now() - saidAt < lineEveryMs) return
      saidAt = performance.now()
      say(done, detail)
    },
    finish: () => say(last),
  }
}
