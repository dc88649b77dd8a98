import { Button } from '@mantine/core'
import type { RuleState } from '../../api/loyalty-types.ts'

interface EditorActionsProps {
  /** Undefined: not saved yet. */
  readonly state: RuleState | undefined
  readonly isChanged: boolean
  readonly isComplete: boolean
  readonly save: { readonly isPending: boolean; mutate(): void }
  readonly turn: { readonly isPending: boolean; mutate(state: RuleState): void }
  readonly askDelete: () => void
}

/** Of a rule or a reward: save, turn on with what stands in the form, pause, delete. */
export function EditorActions({ state, isChanged, isComplete, save, turn, askDelete }: EditorActionsProps) {
  const isOn = state === 'active'
  return (
    <>
      {state && (
        <Button variant="subtle" color="red" onClick={askDelete}>
          Delete
        </Button>
      )}
      {isOn && (
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate('paused')}>
          Pause
        </Button>
      )}
      <Button
        variant={isOn || !state ? 'filled' : 'default'}
        disabled={!isChanged || !isComplete}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {state ? 'Save' : 'Save as a draft'}
      </Button>
      {state && !isOn && (
        <Button disabled={!isComplete} loading={turn.isPending} onClick={() => turn.mutate('active')}>
          Turn on
        </Button>
      )}
    </>
  )
}
