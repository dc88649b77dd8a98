import { createTheme } from '@mantine/core'

/** Pine is the house colour; saffron is only ever points. The greys lean towards pine so that surfaces belong together. */
export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  colors: {
    pine: [
      '#e9f5ef',
      '#d2eadf',
      '#a5d4bf',
      '#74bd9d',
      '#4aa781',
      '#30926d',
      '#1d7c5b',
      '#14674c',
      '#0e533d',
      '#0a3f2f',
    ],
    saffron: [
      '#fff6e5',
      '#ffe9c2',
      '#ffd68a',
      '#ffc252',
      '#fbb02d',
      '#eb9b10',
      '#cf8206',
      '#a66404',
      '#804c07',
      '#5c3707',
    ],
    // White can be read on its sixth and seventh, which buttons are filled with.
    red: ['#fdeceb', '#f9d5d3', '#f3aca8', '#f0837c', '#ea716a', '#e0574f', '#c23e37', '#b83a34', '#962d28', '#73211d'],
    gray: [
      '#f7f9f8',
      '#f0f3f1',
      '#e5eae7',
      '#d6ddd9',
      '#b9c3be',
      '#93a09a',
      '#6b7973',
      '#4d5a54',
      '#323c37',
      '#18201c',
    ],
    dark: [
      '#dbe3df',
      '#b4bfba',
      '#8d9a94',
      '#66736d',
      '#36413c',
      '#28322e',
      '#1c2421',
      '#111715',
      '#0c110f',
      '#080b0a',
    ],
  },
  white: '#ffffff',
  black: '#18201c',
  fontFamily:
    "InterVariable, 'Inter Variable', Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  fontSizes: { xs: '12px', sm: '13.5px', md: '15px', lg: '17px', xl: '20px' },
  headings: { fontWeight: '620' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: {
      // The scroll lock of the library inserts a style element, which the content security policy refuses.
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
        radius: 'lg',
        // There in the moment it is opened: one that waits for a frame loses what is typed meanwhile. It fades in by CSS.
        transitionProps: { duration: 0 },
      },
    },
    Drawer: {
      defaultProps: {
        lockScroll: false,
        position: 'right',
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    InputWrapper: { styles: { label: { marginBottom: 5 }, description: { marginBottom: 6 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
    Popover: { defaultProps: { shadow: 'md', radius: 'md' } },
  },
})
