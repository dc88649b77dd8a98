import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { ApiProblem, keepCsrfToken, post } from '../../api/client.ts'
import { sessionQuery } from '../../api/queries.ts'
import type { Session } from '../../api/types.ts'
import { homeOf } from '../../app/session.ts'
import { Logo } from '../../components/logo.tsx'
import classes from './page.module.css'
import { StampCard } from './stamp-card.tsx'

export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' })
  const queryClient = useQueryClient()
  const router = useRouter()
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)

  useEffect(() => {
    document.title = 'Sign in · Regulars'
  }, [])

  const signIn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setFailure(undefined)
    try {
      const session = await post<Session>('/session', { email: form.get('email'), password: form.get('password') })
      keepCsrfToken(session.csrf_token)
      queryClient.setQueryData(sessionQuery.queryKey, session)
      // Only a path of this console: anything else could lead elsewhere.
      router.history.push(to?.startsWith('/') && !to.startsWith('//') ? to : homeOf(session.user.role))
    } catch (problem) {
      setFailure(wording(problem))
      setBusy(false)
    }
  }

  return (
    <div className={classes.screen}>
      <main className={classes.side}>
        <Logo />
        <form className={classes.form} onSubmit={signIn}>
          <h1>Welcome back</h1>
          <p className={classes.lead}>Sign in to see who came back today.</p>
          <TextInput
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            size="md"
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            size="md"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
          {failure && (
            <p className={classes.failure} role="alert">
              {failure}
            </p>
          )}
          <Button type="submit" size="md" fullWidth loading={busy}>
            Sign in
          </Button>
        </form>
        <p className={classes.foot}>
          The first start prints the address and the login of the demo shop in the terminal. API reference:{' '}
          <a href="/docs" className="link">
            /docs
          </a>
        </p>
      </main>
      <div className={classes.picture} aria-hidden="true">
        <StampCard />
      </div>
    </div>
  )
}

function wording(problem: unknown): string {
  if (!(problem instanceof ApiProblem)) return 'Signing in failed. Try again.'
  if (problem.code === 'credentials.wrong') return 'E-mail or password is wrong.'
  if (problem.status === 429) return 'Too many attempts. Wait a minute and try again.'
  return problem.message
}
