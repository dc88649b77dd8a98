import classes from './logo.module.css'

/** An R whose bowl is a coin. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
      <rect width="32" height="32" rx="9" className={classes.ground} />
      <rect x="8" y="7" width="4.4" height="18" rx="2.2" fill="#fff" />
      <circle cx="17.8" cy="12.6" r="4.1" fill="none" stroke="#fff" strokeWidth="3" />
      <path d="M17.2 19.4l4.4 4.2" stroke="#fbb02d" strokeWidth="4.2" strokeLinecap="round" />
    </svg>
  )
}

export function Logo() {
  return (
    <span className={classes.logo}>
      <Mark />
      <span className={classes.word}>Regulars</span>
    </span>
  )
}
