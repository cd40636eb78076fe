/** Hidden from screen readers, because there is always text beside them. */
const paths = {
  send: 'M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4',
  back: 'M15 5l-7 7 7 7',
  down: 'M6 10l6 6 6-6',
  gear: 'M4 7h8.5m5 0H20M4 17h2.5m5 0H20M15 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM9 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
  room: 'M12 4a8 8 0 1 1-3.8 15L4 20l1.1-4A8 8 0 0 1 12 4z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  eyeOff:
    'M4 4l16 16M9.5 6c6-2 12 6 12 6s-1 2-3 3.7M6 8c-2.3 1.7-3.5 4-3.5 4S6 18.5 12 18.5c1.3 0 2.5-.3 3.5-.7',
  close: 'M6 6l12 12M18 6 6 18',
  warning: 'M12 8v5m0 3.5v.1M12 3.5 21.5 20h-19z',
  arrow: 'M5 12h14m-6-6 6 6-6 6',
} as const

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
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
