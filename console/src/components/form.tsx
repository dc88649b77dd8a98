import { Button, Modal } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { ApiProblem, type FieldError } from '../api/client.ts'
import classes from './form.module.css'

interface FormModalProps {
  readonly title: string
  readonly note?: ReactNode
  readonly opened: boolean
  readonly close: () => void
  readonly submitLabel: string
  /** What leaves the question without an answer. */
  readonly closeLabel?: string
  readonly busy: boolean
  readonly problem?: unknown
  readonly danger?: boolean
  readonly disabled?: boolean
  /** A question without fields: Enter answers it. */
  readonly focusSubmit?: boolean
  readonly submit: () => void
  readonly children?: ReactNode
}

/** At once, not after the dialogue has opened: what is typed meanwhile must not be lost. */
const focusFirst = (form: HTMLFormElement | null) => form?.querySelector<HTMLElement>('[data-autofocus]')?.focus()

/** A question with a form in it: Enter sends, Escape leaves, a refusal is shown above the buttons. */
export function FormModal(props: FormModalProps) {
  const { title, note, opened, close, submitLabel, closeLabel = 'Cancel', busy, problem, danger, disabled } = props
  const { focusSubmit, submit, children } = props
  useFocusBack(opened)
  // Whoever clicks twice means once: nothing more is sent before it is known what became of it.
  const isSent = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a refusal or a new opening ends it too, where busy stays the same
  useEffect(() => {
    if (!busy) isSent.current = false
  }, [busy, problem, opened])
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (busy || isSent.current) return
    isSent.current = true
    submit()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      // A click beside it would throw away what was filled in.
      closeOnClickOutside={!children}
      returnFocus={false}
      title={title}
      size={460}
      classNames={{ title: classes.title }}
    >
      <form ref={focusFirst} className={classes.form} onSubmit={onSubmit}>
        {note && <p className="muted">{note}</p>}
        {children}
        {problem !== undefined && problem !== null && <Refusal problem={problem} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={close}>
            {closeLabel}
          </Button>
          <Button
            type="submit"
            color={danger ? 'red' : undefined}
            loading={busy}
            disabled={disabled}
            data-autofocus={focusSubmit || undefined}
          >
            {submitLabel}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/**
 * Gives the focus back to where it was before the dialogue opened, also when the form goes together with its dialogue, as one does
 * that begins anew each time. Whoever put the focus elsewhere meanwhile meant it.
 */
function useFocusBack(opened: boolean): void {
  // While it is drawn: later the menu it was chosen from is gone, and what is in the dialogue has taken the focus.
  const opener = useMemo(() => (opened ? openerOf(document.activeElement) : null), [opened])
  useEffect(() => {
    if (!opener) return
    return () => {
      setTimeout(() => {
        if (document.activeElement === document.body && opener.isConnected) opener.focus({ preventScroll: true })
      })
    }
  }, [opener])
}

/** A menu is gone when its dialogue closes; the button that opened it is not. */
function openerOf(element: Element | null): HTMLElement | null {
  const button = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  const opener = button ? document.getElementById(button) : element
  return opener instanceof HTMLElement ? opener : null
}

/** Why the server said no, with the fields it names. */
export function Refusal({ problem }: { problem: unknown }) {
  const message = problem instanceof Error ? problem.message : 'That did not work.'
  // The message of one field says all there is to say.
  const fields = problem instanceof ApiProblem ? problem.fields.filter((field) => !message.includes(field.message)) : []
  return (
    <div className={classes.refusal} role="alert">
      {message}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field.path}>
              {field.path}: {field.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The message about one field, for the field itself. A code may name the field too: phone.invalid. */
export function fieldError(problem: unknown, name: string): string | undefined {
  if (!(problem instanceof ApiProblem)) return undefined
  if (problem.code === `${name}.invalid`) return problem.message
  return problem.fields.find((field: FieldError) => field.path.split(/[./]/).at(-1) === name)?.message
}

export function tell(message: ReactNode): void {
  notifications.show({ message, color: 'pine' })
}

export function tellFailure(problem: unknown): void {
  notifications.show({ message: problem instanceof Error ? problem.message : 'That did not work.', color: 'red' })
}
