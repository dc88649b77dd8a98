/** The database cannot be opened, for a reason that the operator can understand and mend: its message says all. */
export class DatabaseRefused extends Error {}
