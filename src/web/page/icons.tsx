/** Hidden from screen readers, because there is always text beside them. */
const paths = {
  send: 'M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4',
  back: 'M15 5l-7 7 7 7',
  down: 'M6 10l6 6 6-6',
  gear: 'M4 7h8.5m5 0H20M4 17h2.5m5 0H20M15 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM9 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
  everyone: 'M12 4a8 8 0 1 1-3.8 15L4 20l1.1-4A8 8 0 0 1 12 4z',
  room: 'M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16',
  people:
    'M9 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 20c0-3.5 2.8-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5a3.3 3.3 0 0 1 0 6.2M18 14.8c2.2.7 3.5 2.5 3.5 5.2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  eyeOff:
    'M4 4l16 16M9.5 6c6-2 12 6 12 6s-1 2-3 3.7M6 8c-2.3 1.7-3.5 4-3.5 4S6 18.5 12 18.5c1.3 0 2.5-.3 3.5-.7',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  search: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5',
  warning: 'M12 8v5m0 3.5v.1M12 3.5 21.5 20h-19z',
  reply: 'M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19',
  smile:
    'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8.5 14c.8 1.6 2 2.4 3.5 2.4s2.7-.8 3.5-2.4M9 9.5v.6m6-.6v.6',
  copy: 'M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4',
  pencil: 'M4.5 19.5l1-4.5L16 4.5 19.5 8 9 18.5zM13.5 7l3.5 3.5',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9L17.5 7M10.5 11v5m3-5v5',
  more: 'M5.5 12v.1m6.5-.1v.1m6.5-.1v.1',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4',
  bellOff: 'M4 4l16 16M6 11.5v5L4.5 18H16M8.5 6.2A6 6 0 0 1 18 11v3.5M10 20.5h4',
  leave: 'M13.5 4.5h-8v15h8M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

interface IconButtonProps {
  icon: IconName
  /** What it does; also shown when the mouse rests on it. */
  label: string
  class?: string
  pressed?: boolean
  /** Whether it opens a dialog. */
  opensDialog?: boolean
  onClick(): void
}

/** A button that shows no text. */
export function IconButton(props: IconButtonProps) {
  return (
    <button
      class={`icon-button ${props.class ?? ''}`}
      type="button"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      aria-haspopup={props.opensDialog ? 'dialog' : undefined}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  )
}

/** The O of Obrol as a speech bubble. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path
        class="logo-ring"
        d="M16 4.5a11.5 11.5 0 1 1-5.5 21.6L4.5 27.5l1.6-5.7A11.5 11.5 0 0 1 16 4.5z"
      />
      <circle class="logo-dot" cx="16" cy="16" r="3.2" />
    </svg>
  )
}
