/** What was emptied is not sent. */
export function withoutNothing<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape // optional ones went
}
