/** Offered beside a message. */
export const quickEmoji = ['👍', '❤️', '😂', '🎉', '😮', '🙏'] as const

/** Offered in the dialog of a message. */
export const manyEmoji: readonly string[] = [
  ...quickEmoji,
  ...[
    '😀',
    '😊',
    '😉',
    '😍',
    '🤔',
    '😅',
    '😭',
    '😢',
    '😡',
    '😴',
    '🤯',
    '🥳',
    '😎',
    '🙃',
    '😬',
    '🤗',
  ],
  ...[
    '👎',
    '👏',
    '🙌',
    '💪',
    '👋',
    '🤝',
    '👌',
    '🤞',
    '👀',
    '💯',
    '✅',
    '❌',
    '❓',
    '⚡',
    '🔥',
    '✨',
  ],
  ...['⭐', '🚀', '💡', '☕', '🍵', '🍕', '🎂', '🌻', '🌙', '☀️', '🌧️', '🐱', '🐶', '🎵', '📌', '⏰'],
]
