import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { theme } from './src/app/theme.ts'

/**
 * Writes the theme's variables into a style sheet at build time. Mantine would otherwise insert a <style> element when it
 * starts, which a content security policy without 'unsafe-inline' refuses.
 */
function themeStyleSheet(): Plugin {
  const id = 'virtual:theme.css'
  return {
    name: 'theme-style-sheet',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) =>
      source === `\0${id}`
        ? convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root')
        : undefined,
  }
}

const server = process.env.REGULARS_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), themeStyleSheet()],
  // Fonts and images stay files: the content security policy allows only our own origin.
  build: { outDir: 'dist', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { port: 5173, proxy: { '/api': server, '/docs': server } },
})
