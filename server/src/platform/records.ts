/** The fields that were given: without those that are undefined, so that spreading it over defaults keeps the defaults. */
export function onlyGiven<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<Value> // only drops fields
}
