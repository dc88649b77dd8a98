import { Button } from '@mantine/core'
import { IconChartAreaLine } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Days } from '../../api/queries.ts'
import { dayOf, formatDate } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { endingOn } from './periods.ts'

interface QuietProps {
  readonly lastSale: string | undefined
  readonly show: (days: Days) => void
}

/** Nothing was sold in the period: say when something was, or how the first sale gets in. */
export function Quiet({ lastSale, show }: QuietProps) {
  return (
    <Card>
      {lastSale ? (
        <Empty
          icon={<IconChartAreaLine size={20} />}
          title="No sales in this period"
          action={<Button onClick={() => show(endingOn(dayOf(lastSale), 365))}>Show the year before that</Button>}
        >
          The latest purchase is of {formatDate(lastSale)}.
        </Empty>
      ) : (
        <Empty
          icon={<IconChartAreaLine size={20} />}
          title="The first sale starts the chart"
          action={
            <Button component={Link} to="/connect">
              Connect a till or a shop
            </Button>
          }
        >
          Point a client of one of the APIs here, or bring in a file with the import command.
        </Empty>
      )}
    </Card>
  )
}
