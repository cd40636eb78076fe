const uiConfig = {
  // Without the top bar of Swagger.
  layout: 'BaseLayout',
  // The list of schemas is collapsed: rendering it takes as long as everything else.
  defaultModelsExpandDepth: 0,
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: true,
  validatorUrl: null,
}

export interface StartFiles {
  /** The names of the files of Swagger UI, in the folder of the script. */
  script: string
  style: string
}

/**
 * The script of `/docs`. Swagger UI takes a phone three seconds to start, so it is loaded when it is
 * needed: by a link of the list, by a fragment of Swagger UI (`#/Tag/operation`), or at once where the
 * user has authorized before. It replaces the list when it is rendered. All URLs are relative to the
 * script, because a proxy may mount the server under any path.
 */
export function startScript({ script, style }: StartFiles): string {
  return `const at = (name) => new URL(name, import.meta.url).href
const [list, place, progress] = ['calls', 'swagger-ui', 'progress'].map((id) =>
  document.getElementById(id),
)
const dark = matchMedia('(prefers-color-scheme: dark)')
let isOpened = false

function load(kind, attributes) {
  return new Promise((onload, onerror) => {
    document.head.append(
      Object.assign(document.createElement(kind), attributes, { onload, onerror }),
    )
  })
}

async function open() {
  if (isOpened) return
  isOpened = true
  progress.textContent = 'Swagger UI is being loaded.'
  try {
    await Promise.all([
      load('link', { rel: 'stylesheet', href: at('${style}') }),
      load('script', { src: at('${script}') }),
    ])
    draw()
  } catch {
    isOpened = false
    progress.textContent = 'Swagger UI could not be loaded. Reload the page to try again.'
  }
}

function draw() {
  list.inert = true
  new MutationObserver(() => {
    if (list.isConnected && place.querySelector('.opblock, .errors-wrapper, .failed-config')) show()
    for (const [selector, label] of labels)
      for (const field of place.querySelectorAll(selector)) field.ariaLabel ??= label
  }).observe(place, { childList: true, subtree: true })
  SwaggerUIBundle({
    ...${JSON.stringify(uiConfig)},
    dom_id: '#swagger-ui',
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [adapted],
    url: at('../../openapi.json'),
  })
}

/** The operation that was asked for comes into view. */
function show() {
  list.remove()
  place.hidden = false
  const asked = decodeURIComponent(location.hash).slice(2).replace('/', '-')
  const operation = document.getElementById('operations-' + asked)
  operation?.scrollIntoView()
  operation?.querySelector('.opblock-summary-control').focus({ preventScroll: true })
}

/** Names of the fields that have none in Swagger UI. */
const labels = [
  ['.body-param__text', 'Request body'],
  ['.examples-select-element', 'Example'],
  ['.parameters-col_description select', 'Value'],
  ['.close-modal', 'Close'],
]

/** The page scrolls by itself, a screen reader gets a heading, the one server needs no list. */
function adapted({ React }) {
  const heading = React.createElement('h2', { className: 'unseen' }, 'Operations')
  return {
    statePlugins: { layout: { wrapActions: { readyToScroll: () => () => {} } } },
    wrapComponents: {
      ServersContainer: () => () => null,
      operations: (Operations) => (props) =>
        React.createElement(React.Fragment, null, heading, React.createElement(Operations, props)),
    },
  }
}

function showTheme() {
  document.documentElement.classList.toggle('dark-mode', dark.matches)
}

function openIfAsked() {
  if (location.hash.startsWith('#/')) open()
}

showTheme()
dark.addEventListener('change', showTheme)
addEventListener('hashchange', openIfAsked)
openIfAsked()
// Where Swagger UI keeps what was authorized.
if ((localStorage.getItem('authorized') ?? '{}') !== '{}') open()
`
}
