const millimetresInPixel = 25.4 / 96
const widthMm = 80
const spareMm = 8

/**
 * Prints the receipt on a page as long as it is: a roll has no pages. The size is set through the object model, for a style sheet that
 * is written into the page would need the policy to allow it.
 */
export function printPaper(): void {
  const paper = document.querySelector<HTMLElement>('[data-paper]')
  if (!paper) return
  const heightMm = Math.ceil(paper.scrollHeight * millimetresInPixel) + spareMm
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`@page { size: ${widthMm}mm ${heightMm}mm; margin: 0 }`)
  const before = document.adoptedStyleSheets
  document.adoptedStyleSheets = [...before, sheet]
  window.addEventListener(
    'afterprint',
    () => {
      document.adoptedStyleSheets = before
    },
    { once: true },
  )
  window.print()
}
