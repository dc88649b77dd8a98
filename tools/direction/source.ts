// Reads a TypeScript file just far enough to know its imports, its literals and its bare code. TypeScript 7 offers no
// parser to scripts, and a tool that understood nothing must not look like one that found nothing.

export type Source = {
  readonly path: string
  /** Comments and the content of every literal are blanked; positions and lines stay. */
  readonly code: string
  /** Only comments are blanked. */
  readonly text: string
  /** The content of quoted strings and of the text parts of templates. */
  readonly literals: readonly string[]
  readonly imports: readonly Import[]
}

export type Import = { readonly specifier: string; readonly names: readonly string[] }

export function readSource(path: string, content: string): Source {
  const { code, text, literals, withStrings } = scan(content)
  return { path, code, text, literals, imports: findImports(withStrings) }
}

function findImports(code: string): Import[] {
  const imports: Import[] = []
  for (const [, clause = '', , specifier = ''] of code.matchAll(
    /\b(?:import|export)\b([^'"`]*?)\bfrom\s*(['"])(.+?)\2/g,
  )) {
    const names = clause.match(/[\w$*]+/g) ?? []
    imports.push({ specifier, names: names.filter((name) => name !== 'type' && name !== 'as') })
  }
  for (const [, , specifier = ''] of code.matchAll(/\bimport\s*\(?\s*(['"])(.+?)\1/g))
    imports.push({ specifier, names: [] })
  return imports
}

type Scanned = { code: string; text: string; withStrings: string; literals: string[] }

/** One pass over the characters; `mode` is what the character belongs to. */
function scan(content: string): Scanned {
  const out = { code: '', text: '', withStrings: '' }
  const literals: string[] = []
  let literal = ''
  // Depth of braces inside each open `${`, innermost last.
  const templates: number[] = []
  let index = 0

  const emit = (length: number, keep: { code: boolean; text: boolean; withStrings: boolean }) => {
    const piece = content.slice(index, index + length)
    const blank = piece.replaceAll(/[^\n]/g, ' ')
    out.code += keep.code ? piece : blank
    out.text += keep.text ? piece : blank
    out.withStrings += keep.withStrings ? piece : blank
    index += length
  }
  const asCode = (length: number) => emit(length, { code: true, text: true, withStrings: true })
  const asComment = (length: number) => emit(length, { code: false, text: false, withStrings: false })
  const asString = (length: number) => emit(length, { code: false, text: true, withStrings: true })
  const asTemplate = (length: number) => emit(length, { code: false, text: true, withStrings: false })
  const endLiteral = () => {
    literals.push(literal)
    literal = ''
  }

  const templateText = () => {
    while (index < content.length) {
      const here = content[index]
      if (here === '`') {
        endLiteral()
        return asCode(1)
      }
      if (here === '$' && content[index + 1] === '{') {
        endLiteral()
        templates.push(0)
        return asCode(2)
      }
      const length = here === '\\' ? 2 : 1
      literal += content.slice(index, index + length)
      asTemplate(length)
    }
  }
  const string = (quote: string) => {
    asCode(1)
    while (index < content.length && content[index] !== quote && content[index] !== '\n') {
      const length = content[index] === '\\' ? 2 : 1
      literal += content.slice(index, index + length)
      asString(length)
    }
    endLiteral()
    asCode(1)
  }

  while (index < content.length) {
    const here = content[index] ?? ''
    const pair = content.slice(index, index + 2)
    const open = templates.length - 1
    if (pair === '//') asComment(lengthUntil(content, index, '\n', 0))
    else if (pair === '/*') asComment(lengthUntil(content, index, '*/', 2))
    else if (here === '"' || here === "'") string(here)
    else if (here === '`') {
      asCode(1)
      templateText()
    } else if (here === '/' && startsRegex(out.code)) asString(regexLength(content, index))
    else if (here === '}' && templates[open] === 0) {
      templates.pop()
      asCode(1)
      templateText()
    } else {
      const depth = templates[open]
      if (depth !== undefined) templates[open] = depth + (here === '{' ? 1 : here === '}' ? -1 : 0)
      asCode(1)
    }
  }
  return { ...out, literals }
}

function lengthUntil(content: string, from: number, end: string, including: number): number {
  const at = content.indexOf(end, from + including)
  return (at < 0 ? content.length : at + including) - from
}

/** A slash after a value divides; anywhere else it opens a regular expression. */
function startsRegex(before: string): boolean {
  const code = before.trimEnd()
  return (
    code === '' || /[(,=:[!&|?{};+\-*%~^<>]$/.test(code) || /\b(?:return|typeof|case|in|of|await|yield)$/.test(code)
  )
}

function regexLength(content: string, from: number): number {
  let inClass = false
  for (let index = from + 1; index < content.length; index++) {
    const here = content[index]
    if (here === '\\') index++
    else if (here === '[') inClass = true
    else if (here === ']') inClass = false
    else if (here === '\n' || (here === '/' && !inClass)) return index + 1 - from
  }
  return content.length - from
}
