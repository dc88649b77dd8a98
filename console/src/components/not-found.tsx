import { Button } from '@mantine/core'
import { IconMapPinOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Card, Page } from './page.tsx'
import { Empty } from './states.tsx'

export function NotFound() {
  return (
    <Page title="Page not found">
      <Card>
        <Empty
          icon={<IconMapPinOff size={20} />}
          title="There is nothing at this address"
          action={
            <Button component={Link} to="/" variant="default">
              Go to the dashboard
            </Button>
          }
        >
          It may have been moved, or the address has a slip in it.
        </Empty>
      </Card>
    </Page>
  )
}
