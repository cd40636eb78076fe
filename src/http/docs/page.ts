import type { OpenApiDocument, OpenApiOperation } from './openapi-transform.ts'

export interface PageLinks {
  /** The relative path from the page to the root of the server: empty, or `../`. */
  root: string
  style: string
  script: string
  icon: string
}

interface Call {
  method: string
  path: string
  operation: OpenApiOperation
}

/**
 * The HTML of `/docs` as it looks without scripts: a description of the API, and every operation by
 * tag. Each operation has the fragment that Swagger UI uses (`#/Tag/operation`).
 */
export function docsPage(document: OpenApiDocument, links: PageLinks): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Obrol: the API</title>
<meta name="description" content="What can be called, with forms to try it">
<link rel="icon" type="image/png" href="${links.icon}" sizes="32x32">
<link rel="stylesheet" href="${links.style}">
<script type="module" src="${links.script}"></script>
</head>
<body>
<main id="calls">
<h1>Obrol: the API</h1>
${paragraphs(document.info.description)}
<p class="actions"><a class="button" href="#/">Try it out</a>
<a href="${links.root}openapi.json">The OpenAPI document</a></p>
<p id="progress" role="status"></p>
${sections(document)}
</main>
<div id="swagger-ui" hidden></div>
</body>
</html>
`
}

function sections(document: OpenApiDocument): string {
  const calls = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
  )
  return document.tags
    .map(({ name, description }) => {
      const own = calls.filter(({ operation }) => operation.tags.includes(name))
      return `<section>
<h2 id="/${name}">${name}</h2>
<p>${inline(description)}</p>
<ul>
${own.map((call) => item(name, call)).join('\n')}
</ul>
</section>`
    })
    .join('\n')
}

function item(tag: string, { method, path, operation }: Call): string {
  const at = `/${tag}/${operation.operationId}`
  const token = operation.security.length > 0 ? ' <em>needs a token</em>' : ''
  return `<li id="${at}">
<a href="#${at}"><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code>
<span>${inline(operation.summary)}</span></a>
<p>${inline(operation.description)}${token}</p>
</li>`
}

function paragraphs(markdown: string): string {
  return markdown
    .split('\n\n')
    .map((text) => `<p>${inline(text)}</p>`)
    .join('\n')
}

/** The Markdown of the document has paragraphs and code alone. */
function inline(markdown: string): string {
  return markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
