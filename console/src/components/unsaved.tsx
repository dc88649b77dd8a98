import { type ShouldBlockFn, useBlocker } from '@tanstack/react-router'
import { FormModal } from './form.tsx'

/** Tabs that are in the address are pages of their own; other parts of it say how one page is shown. */
const placeOf = ({ pathname, search }: { pathname: string; search: object }) =>
  `${pathname} ${'tab' in search ? search.tab : ''}`

// Who signs out, or is signed out, is not held up.
const leavesPage: ShouldBlockFn = ({ current, next }) =>
  placeOf(current) !== placeOf(next) && next.pathname !== '/sign-in'

/** Asks before a page is left on which something was changed and not saved. What leaves on purpose ignores it. */
export function Unsaved({ isChanged }: { isChanged: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: leavesPage,
    enableBeforeUnload: isChanged,
    disabled: !isChanged,
    withResolver: true,
  })
  return (
    <FormModal
      title="Leave without saving?"
      note="What you changed on this page is not saved, and would be lost."
      opened={status === 'blocked'}
      close={() => reset?.()}
      submitLabel="Leave without saving"
      closeLabel="Stay here"
      danger
      busy={false}
      submit={() => proceed?.()}
    />
  )
}
