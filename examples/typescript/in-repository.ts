/**
 * Lets `obrol/client` be found in this repository, where the package is not built:
 * `node --import ./examples/typescript/in-repository.ts …`. Where it is installed, nothing of this
 * is needed.
 */
import { registerHooks } from 'node:module'

const client = new URL('../../src/client/index.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'obrol/client' ? client : specifier, context),
})
