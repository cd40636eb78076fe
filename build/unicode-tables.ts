/**
 * Writes `src/names/tables.ts` from files that Unicode publishes: `confusables.txt` (below
 * https://www.unicode.org/Public/17.0.0/security/), `CaseFolding.txt` and `Scripts.txt` (below
 * https://www.unicode.org/Public/17.0.0/ucd/), all in one folder.
 *
 *     node build/unicode-tables.ts FOLDER
 *
 * Only what names can hold is taken, so that the tables stay small. Where the data's version changes,
 * skeletons that are kept change with it: a server makes them anew at its next start.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const target = fileURLToPath(new URL('../src/names/tables.ts', import.meta.url))

/** What a skeleton can meet in a name: its alphabet, decomposed, without what shows nothing. */
const alphabet = /^(?!\p{DI})[\p{L}\p{M}\p{Nd}._-]$/u

/** In characters. */
const lineWidth = 98

/** What `src/names/tables.ts` is to hold. @throws where the files are of different versions */
export function tablesFrom(folder: string): string {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const [confusables, folding, scripts] = ['confusables', 'CaseFolding', 'Scripts'].map((name) =>
    read(`${name}.txt`),
  ) as [string, string, string]
  const version = /^# Version: (\S+)$/m.exec(confusables)?.[1]
  for (const other of [folding, scripts]) {
    const [, its] = /^# \w+-(\S+)\.txt/.exec(other) ?? []
    if (version === undefined || its !== version) throw new Error(`${its} is not ${version}`)
  }
  return `${header(version as string)}
/** The version of Unicode that these are of. */
export const unicodeVersion = '${version}'

/**
 * UTS #39: the prototype of each code point that has one, as \`prototype:code point …\`, in hexadecimal.
 * Left out are those that cannot be in a name, and those that NFD takes apart.
 */
export const confusables = \`
${confusableLines(confusables).join('\n')}
\`

/** Where full case folding is not what lowercasing a single code point is, as \`folded:code point …\`. */
export const foldings = \`
${foldingLines(folding).join('\n')}
\`

/** Every script but Common and Inherited; Latin comes first, as most names are of it. */
export const scripts = \`
${scriptLines(scripts).join('\n')}
\`
`
}

function confusableLines(text: string): string[] {
  const pairs = rows(text, /^\uFEFF?([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA/)
  const prototypes = new Map(pairs)
  return grouped(
    pairs
      .filter(([from]) => alphabet.test(from) && from.normalize('NFD') === from)
      .map(([from, to]) => [from, settled(to, prototypes)]),
  )
}

/** A few prototypes, taken apart, have parts that have prototypes; the standard does not go on to them. */
function settled(text: string, prototypes: ReadonlyMap<string, string>): string {
  const parts = [...text.normalize('NFD')].map((part) => prototypes.get(part) ?? part).join('')
  return parts === text ? text : settled(parts, prototypes)
}

/** Of status C and F: full folding, without what is Turkish. */
function foldingLines(text: string): string[] {
  const folded = new Map(rows(text, /^([0-9A-F]+); [CF]; ([0-9A-F ]+);/))
  const exceptions: [string, string][] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    const to = folded.get(character) ?? character
    if (character.toLowerCase() !== to) exceptions.push([character, to])
  }
  return grouped(exceptions)
}

function scriptLines(text: string): string[] {
  const names = new Set([...text.matchAll(/^[0-9A-F.]+\s*; (\w+)/gm)].map(([, name]) => name))
  for (const name of ['Common', 'Inherited', 'Latin']) names.delete(name)
  return wrapped(['Latin', ...[...names].sort()] as string[], '')
}

/** What each line maps, as characters. */
function rows(text: string, form: RegExp): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, from, to] = form.exec(line) ?? []
    return from && to ? [[characters(from), characters(to)] as [string, string]] : []
  })
}

function grouped(pairs: [string, string][]): string[] {
  const groups = Map.groupBy(pairs, ([, to]) => to)
  return [...groups]
    .map(([to, those]) => [hex(to), those.map(([from]) => hex(from)).sort(byValue)] as const)
    .sort(([one], [other]) => byValue(one, other))
    .flatMap(([to, from]) => wrapped(from, `${to}:`))
}

/** Words in lines, each of which begins with the same. */
function wrapped(words: readonly string[], start: string): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > lineWidth) lines.push(start + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

function byValue(one: string, other: string): number {
  return Number.parseInt(one, 16) - Number.parseInt(other, 16) || (one < other ? -1 : 1)
}

function characters(codePoints: string): string {
  const codes = codePoints.split(' ').map((code) => Number.parseInt(code, 16))
  return String.fromCodePoint(...codes)
}

function hex(text: string): string {
  return [...text].map((one) => (one.codePointAt(0) as number).toString(16)).join(' ')
}

function header(version: string): string {
  return `/*
 * Made by build/unicode-tables.ts from confusables.txt, CaseFolding.txt and Scripts.txt of Unicode
 * ${version}. Not to be edited by hand.
 *
 * UNICODE LICENSE V3
 *
 * COPYRIGHT AND PERMISSION NOTICE
 *
 * Copyright © 1991-2025 Unicode, Inc.
 *
 * NOTICE TO USER: Carefully read the following legal agreement. BY DOWNLOADING, INSTALLING, COPYING
 * OR OTHERWISE USING DATA FILES, AND/OR SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY,
 * ALL OF THE TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT DOWNLOAD, INSTALL,
 * COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of data files and any
 * associated documentation (the "Data Files") or software and any associated documentation (the
 * "Software") to deal in the Data Files or Software without restriction, including without limitation
 * the rights to use, copy, modify, merge, publish, distribute, and/or sell copies of the Data Files or
 * Software, and to permit persons to whom the Data Files or Software are furnished to do so, provided
 * that either (a) this copyright and permission notice appear with all copies of the Data Files or
 * Software, or (b) this copyright and permission notice appear in associated Documentation.
 *
 * THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
 * INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
 * NONINFRINGEMENT OF THIRD PARTY RIGHTS.
 *
 * IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM,
 * OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF
 * USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING
 * OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA FILES OR SOFTWARE.
 *
 * Except as contained in this notice, the name of a copyright holder shall not be used in advertising
 * or otherwise to promote the sale, use or other dealings in these Data Files or Software without prior
 * written authorization of the copyright holder.
 */
`
}

if (import.meta.main) writeFileSync(target, tablesFrom(process.argv[2] ?? '.'))
