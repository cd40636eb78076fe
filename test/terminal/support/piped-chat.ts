import { PassThrough } from 'node:stream'
import { type ClientOptions, ObrolClient } from '../../../src/client/index.ts'
import type { ExitStatus } from '../../../src/terminal/exit-status.ts'
import { plainPalette } from '../../../src/terminal/palette.ts'
import { chatInPipe } from '../../../src/terminal/pipe-chat.ts'
import { PipeView } from '../../../src/terminal/pipe-view.ts'
import { AwaitableText } from './awaitable-text.ts'

/** Collects the text written to a stream. */
export class OutputBuffer extends AwaitableText {
  text = ''

  constructor() {
    super(() => this.text)
  }

  write(text: string): void {
    this.text += text
    this.changed()
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

/** A chat with pipes, in this process. */
export class PipedChat {
  readonly input = new PassThrough()
  readonly output = new OutputBuffer()
  readonly errors = new OutputBuffer()
  readonly client: ObrolClient
  readonly ended: Promise<ExitStatus>

  constructor(url: string, env: NodeJS.ProcessEnv = {}, options: ClientOptions = {}) {
    this.client = new ObrolClient(url, options)
    const view = new PipeView(this.output, this.errors, plainPalette)
    this.ended = chatInPipe(this.client, view, { input: this.input, env })
  }
}

/** Runs a chat with this input to its end. */
export async function pipe(url: string, text: string, env: NodeJS.ProcessEnv = {}) {
  const chat = new PipedChat(url, env)
  chat.input.end(text)
  return { status: await chat.ended, out: chat.output.text, err: chat.errors.text }
}
