// What the page knows without a browser, in one process.
import './pure/chat.ts'
import './pure/state.ts'
import './pure/text.ts'
