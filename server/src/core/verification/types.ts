/** One thing that must hold, what was looked at, and the rows that break it. */
export interface CheckResult {
  readonly check: string
  /** In words, for the operator. */
  readonly claim: string
  readonly examined: number
  /** How many rows break it; `rows` holds the first of them. */
  readonly breaches: number
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

export interface Verification {
  readonly tenants: number
  readonly results: readonly CheckResult[]
  readonly holds: boolean
}
