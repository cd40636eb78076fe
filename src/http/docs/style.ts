/** The style of `/docs`, with more contrast for Swagger UI. */
export const docsStyle = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fafafa, #1c2022);
  --sheet: light-dark(#fff, #24292c);
  --line: light-dark(#d0d4da, #454c52);
  --ink: light-dark(#2b3139, #e4e6e6);
  --soft: light-dark(#525b66, #b7bcbf);
  --link: light-dark(#1a5fb4, #8ec1ff);
  --go: light-dark(#1c7046, #6fdca6);
  --stop: light-dark(#b3261e, #ff9a93);
  --get: #1b61a8;
  --post: #1c7046;
  --put: #8a5a00;
  --patch: #0f6e78;
  --delete: #b3261e;
}

*, ::before, ::after {
  box-sizing: border-box;
}

body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}

#calls {
  max-width: 60rem;
  margin: 0 auto;
  padding: 1rem;
}

#calls a {
  color: var(--link);
}

#calls h2 {
  margin: 2rem 0 0;
  padding-top: 1rem;
  border-top: 1px solid var(--line);
}

#calls h2 + p {
  margin: 0;
  color: var(--soft);
}

#calls code {
  font: 600 0.875em ui-monospace, monospace;
  overflow-wrap: anywhere;
}

#calls .actions {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 1.5rem;
  align-items: center;
}

#calls .button {
  padding: 0.6rem 1.25rem;
  border-radius: 0.375rem;
  background: var(--post);
  color: #fff;
  font-weight: 600;
  text-decoration: none;
}

#calls ul {
  margin: 1rem 0 0;
  padding: 0;
  list-style: none;
}

#calls li {
  margin-bottom: 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.375rem;
  background: var(--sheet);
}

#calls li a {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 0.75rem;
  align-items: center;
  padding: 0.6rem 0.75rem;
  color: inherit;
  text-decoration: none;
}

#calls li a:hover {
  text-decoration: underline;
}

#calls li b {
  min-width: 4.5rem;
  padding: 0.15rem 0.5rem;
  border-radius: 0.25rem;
  background: var(--get);
  color: #fff;
  font-size: 0.875rem;
  text-align: center;
}

#calls li b.post {
  background: var(--post);
}

#calls li b.put {
  background: var(--put);
}

#calls li b.patch {
  background: var(--patch);
}

#calls li b.delete {
  background: var(--delete);
}

#calls li p {
  margin: 0;
  padding: 0 0.75rem 0.6rem;
  color: var(--soft);
}

#calls em {
  white-space: nowrap;
}

.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

.swagger-ui .info .title small.version-stamp pre,
.swagger-ui .info .title small pre {
  background: #3b4151;
}

#swagger-ui .info a,
#swagger-ui .info .url {
  color: var(--link);
}

#swagger-ui .opblock-summary-method {
  color: #fff;
}

#swagger-ui .opblock-get .opblock-summary-method {
  background: var(--get);
}

#swagger-ui .opblock-post .opblock-summary-method {
  background: var(--post);
}

#swagger-ui .opblock-put .opblock-summary-method {
  background: var(--put);
}

#swagger-ui .opblock-patch .opblock-summary-method {
  background: var(--patch);
}

#swagger-ui .opblock-delete .opblock-summary-method {
  background: var(--delete);
}

#swagger-ui .btn.authorize {
  border-color: var(--go);
  background: transparent;
  color: var(--go);
}

#swagger-ui .btn.authorize svg {
  fill: var(--go);
}

#swagger-ui .btn.cancel {
  border-color: var(--stop);
  color: var(--stop);
}

#swagger-ui .btn.execute {
  border-color: var(--get);
  background: var(--get);
  color: #fff;
}

#swagger-ui .parameter__in,
#swagger-ui .header-col {
  color: var(--soft);
}

/* The API has no links between answers, and a phone no room for the column. */
#swagger-ui .response-col_links {
  display: none;
}

/* The numbers of an example in JSON, whose colour Swagger UI sets in place. */
#swagger-ui .highlight-code span[style*='211, 99, 99'] {
  color: #f08a8a !important;
}
`
