import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Smaller files are not worth a second one. */
const worthPacking = 1024

/** Leaves a packed copy beside each file, for the server to give to those who take it. */
function pack(): Plugin {
  return {
    name: 'obrol:pack',
    apply: 'build',
    async writeBundle({ dir }) {
      const folder = join(dir as string, 'assets')
      for (const name of await readdir(folder)) {
        const file = await readFile(join(folder, name))
        if (file.length >= worthPacking)
          await writeFile(join(folder, `${name}.gz`), gzipSync(file, { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  root: here('.'),
  // Wherever the server is mounted, the page finds its files beside it.
  base: './',
  plugins: [pack()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: here('../../dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    // Browsers that know `light-dark()`.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The policy allows no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
