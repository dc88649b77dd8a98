import { useState } from 'react'
import { Card, Page } from '../../components/page.tsx'
import classes from './basket.module.css'
import { BasketForm, emptyBasket } from './basket-form.tsx'
import { SimulationResult, useSimulation } from './simulation.tsx'

/** The rules of today on a basket that nobody buys. */
export function SimulatorPage() {
  const [basket, setBasket] = useState(emptyBasket)
  const query = useSimulation(basket)
  return (
    <Page title="Simulator" note="What the till would say: prices, points, and why. Nothing is bought.">
      <div className={classes.columns}>
        <Card title="Basket">
          <BasketForm basket={basket} change={setBasket} />
        </Card>
        <Card title="At the till">
          <SimulationResult basket={basket} query={query} />
        </Card>
      </div>
    </Page>
  )
}
