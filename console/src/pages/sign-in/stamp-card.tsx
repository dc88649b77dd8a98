import classes from './stamp-card.module.css'

const STAMPED = 7
const FIELDS = Array.from({ length: 10 }, (_, index) => index)

/** The stamp card every café knows, drawn from the two shapes of the mark: the coin and the point. */
export function StampCard() {
  return (
    <svg viewBox="0 0 460 300" className={classes.card} role="presentation">
      <rect x="1" y="1" width="458" height="298" rx="26" className={classes.paper} />
      <rect x="36" y="40" width="8" height="32" rx="4" className={classes.ink} />
      <circle cx="53.5" cy="50.5" r="7.4" className={classes.coin} />
      <path d="M53 64.5l7.6 6.6" className={classes.leg} />
      <rect x="84" y="46" width="120" height="9" rx="4.5" className={classes.ink} />
      <rect x="84" y="62" width="76" height="7" rx="3.5" className={classes.faint} />
      {FIELDS.map((index) => {
        const x = 70 + (index % 5) * 80
        const y = 140 + Math.floor(index / 5) * 88
        const last = index === FIELDS.length - 1
        return (
          <g key={index} transform={`rotate(${((index * 37) % 23) - 11} ${x} ${y})`}>
            <circle cx={x} cy={y} r="29" className={last ? classes.prize : classes.field} />
            {index < STAMPED && <circle cx={x} cy={y} r="20" className={classes.stamp} />}
            {index < STAMPED && <circle cx={x + 9} cy={y + 10} r="5" className={classes.point} />}
            {last && <circle cx={x} cy={y} r="9" className={classes.point} />}
          </g>
        )
      })}
    </svg>
  )
}
