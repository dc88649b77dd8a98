import { expect, test } from 'vitest'
import { theme } from './theme.ts'

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

test.each(['pine', 'red'] as const)('white can be read on what is filled with %s, light and dark (WCAG AA)', (name) => {
  const shades = theme.colors?.[name] ?? []
  for (const shade of [6, 7]) expect(contrast('#ffffff', shades[shade] ?? '#ffffff')).toBeGreaterThan(4.5)
})
