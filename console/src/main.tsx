import '@mantine/core/styles.layer.css'
import '@mantine/dates/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import 'virtual:theme.css'
import './app/styles.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProblem, onSignedOut } from './api/client.ts'
import { sessionQuery } from './api/queries.ts'
import { makeRouter } from './app/router.tsx'
import { theme } from './app/theme.ts'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays a refusal; only a server that did not answer, or failed, is asked again.
      retry: (count, problem) =>
        count < 2 && !(problem instanceof ApiProblem && problem.status >= 400 && problem.status < 500),
    },
  },
})
const router = makeRouter(queryClient)

onSignedOut(async () => {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in') return
  // The page that is left still asks who is signed in; nobody is told so before it is gone.
  await router.navigate({ to: '/sign-in', search: { to: href }, replace: true, ignoreBlocker: true })
  queryClient.setQueryData(sessionQuery.queryKey, null)
})

// After an upgrade an open tab asks for pages under names that are gone. Loading anew finds the new ones; once, not for ever.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('reloaded'))
  if (Date.now() - last < 30_000) return
  event.preventDefault()
  sessionStorage.setItem('reloaded', String(Date.now()))
  location.reload()
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has an element with the id root')

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" autoClose={6000} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
