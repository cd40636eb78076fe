/**
 * Writes `src/names/tables.ts` from files that Unicode publishes: `confusables.txt` (below
 * https://www.unicode.org/Public/17.0.0/security/), `CaseFolding.txt` and `Scripts.txt` (below
 * https://www.unicode.org/Public/17.0.0/ucd/), all in one folder.
 *
 *     node build/unicode-tables.ts FOLDER
 *
 * Only what names can hold is taken, so that the tables stay small. When the version of the data
 * changes, stored skeletons change with it: a server computes them again at its next start.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const target = fileURLToPath(new URL('../src/names/tables.ts', import.meta.url))

/** What a name can hold once it is decomposed and its invisible characters are removed. */
const alphabet = /^(?!\p{DI})[\p{L}\p{M}\p{Nd}._-]$/u

/** In characters. */
const lineWidth = 98

/** The text of `src/names/tables.ts`. @throws where the files are of different versions */
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
  const files = 'confusables.txt, CaseFolding.txt and Scripts.txt'
  return `${header(`build/unicode-tables.ts from ${files} of Unicode\n * ${version}`)}
/** The version of Unicode that these are of. */
export const unicodeVersion = '${version}'

/**
 * UTS #39: the prototype of each code point that has one, in the form that \`parseMapping\` reads.
 * Code points that cannot be in a name, and those that NFD decomposes, are left out.
 */
export const confusables = \`
${confusableLines(confusables).join('\n')}
\`

/** Full case folding, where it differs from lowercasing a single code point, in the same form. */
export const foldings = \`
${foldingLines(folding).join('\n')}
\`

/** Every script but Common and Inherited; Latin is first, as most names are Latin. */
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

/** The parts of a few decomposed prototypes have prototypes of their own, which the standard does not follow. */
function settled(text: string, prototypes: ReadonlyMap<string, string>): string {
  const parts = [...text.normalize('NFD')].map((part) => prototypes.get(part) ?? part).join('')
  return parts === text ? text : settled(parts, prototypes)
}

/** Statuses C and F: full folding, without the Turkish exceptions. */
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
  return wrapped(['Latin', ...[...names].sort()].join(' '))
}

/** The pairs of characters that the lines map. */
function rows(text: string, form: RegExp): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, from, to] = form.exec(line) ?? []
    return from && to ? [[characters(from), characters(to)] as [string, string]] : []
  })
}

/**
 * Characters grouped by what they map to, as `to:from …,to:from …`. Code points are in base 36; each
 * `from` is told as its distance from the one before it, and the first of a group as its distance from
 * the first of the group before. Groups are in the order of their first characters.
 */
function grouped(pairs: [string, string][]): string[] {
  const sorted = pairs.toSorted(([one], [other]) => codePoint(one) - codePoint(other))
  let previousStart = 0
  const groups = [...Map.groupBy(sorted, ([, to]) => to)].map(([to, those]) => {
    const from = those.map(([character]) => codePoint(character))
    const start = from[0] as number
    const distances = from.map((code, index) => code - (from[index - 1] ?? previousStart))
    previousStart = start
    return `${base36([...to].map(codePoint))}:${base36(distances)}`
  })
  return wrapped(groups.join(','))
}

function base36(numbers: readonly number[]): string {
  return numbers.map((number) => number.toString(36)).join(' ')
}

/** A text in lines, broken after a comma or at a space. */
export function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.split(/(?<=,)|(?= )/)) {
    const line = `${lines.at(-1)}${word}`
    if (line.length <= lineWidth) lines[lines.length - 1] = line
    else lines.push(word.trimStart())
  }
  return lines
}

function codePoint(character: string): number {
  return character.codePointAt(0) as number
}

export function characters(codePoints: string): string {
  const codes = codePoints.split(' ').map((code) => Number.parseInt(code, 16))
  return String.fromCodePoint(...codes)
}

/** The head of a file. @param source what makes it, and from what */
export function header(source: string): string {
  return `/*
 * Made by ${source}. Not to be edited by hand.
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
