import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { build } from 'vite'

const password = 'tall-ships'

/** How long a test waits for an element, in ms. */
const patienceMs = 20_000

/** Builds the page into a folder that is removed after the test. */
export async function buildPage(t: Test): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'obrol-page-'))
  t.teardown(() => rm(outDir, { recursive: true, force: true }))
  const configFile = fileURLToPath(new URL('../../../src/web/vite.config.ts', import.meta.url))
  await build({ configFile, logLevel: 'error', build: { outDir } })
  return outDir
}

export interface PersonOptions extends BrowserContextOptions {
  /** Runs in each page before its own code. */
  before?: () => void
}

/** A user with a browser context of their own. */
export class Person {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
  /** Errors, and violations of the content security policy. */
  readonly consoleErrors: string[] = []

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name
    this.context = context
    this.page = page
    context.setDefaultTimeout(patienceMs)
    this.#listen(page)
  }

  /** Opens the page without signing in. */
  static async open(browser: Browser, url: string, name: string, options: PersonOptions = {}) {
    const { before, ...rest } = options
    const context = await browser.newContext({ locale: 'en-GB', ...rest })
    if (before) await context.addInitScript(before)
    const person = new Person(name, context, await context.newPage())
    await person.page.goto(url)
    return person
  }

  /** Opens the page and creates an account. */
  static async join(browser: Browser, url: string, name: string, options: PersonOptions = {}) {
    const person = await Person.open(browser, url, name, options)
    await person.page.getByRole('button', { name: /Create account|Buat akun/ }).click()
    await person.fill()
    await person.waitUntilLive()
    return person
  }

  /** Another device of someone who has an account. */
  static async signIn(browser: Browser, url: string, name: string, options: PersonOptions = {}) {
    const person = await Person.open(browser, url, name, options)
    await person.fill()
    await person.waitUntilLive()
    return person
  }

  /** Another tab of the same browser. */
  async tab(url: string): Promise<Page> {
    const page = await this.context.newPage()
    this.#listen(page)
    await page.goto(url)
    await page.locator('.messages[aria-busy="false"]').waitFor()
    return page
  }

  /** Fills in the sign-in form and submits it. */
  async fill(): Promise<void> {
    await this.page.locator('#username').fill(this.name)
    await this.page.locator('#password').fill(password)
    await this.page.locator('#password').press('Enter')
  }

  /** Resolves once the conversation is open and the stream is live. */
  async waitUntilLive(): Promise<void> {
    await this.page.locator('.messages[aria-busy="false"]').waitFor()
    await this.page.locator('.sidebar-foot .is-online').waitFor({ state: 'attached' })
  }

  async send(text: string): Promise<void> {
    await this.page.locator('#composer').fill(text)
    await this.page.locator('#composer').press('Enter')
  }

  /** Opens a conversation from the list. */
  async openConversation(name: string): Promise<void> {
    await this.page.locator('.item-name').getByText(name, { exact: true }).first().click()
    await this.page.locator('.conversation-title h2', { hasText: name }).waitFor()
  }

  /** Makes a room, which is then open. */
  async makeRoom(title: string, { topic = '', isPrivate = false } = {}): Promise<void> {
    await this.page.getByRole('button', { name: 'Rooms' }).click()
    await this.page.getByRole('button', { name: 'Make a room' }).click()
    await this.page.locator('#room-title').fill(title)
    await this.page.locator('#room-topic').fill(topic)
    if (isPrivate) await this.page.getByRole('radio', { name: 'Only those who are added' }).check()
    await this.page.getByRole('button', { name: 'Make a room' }).click()
    await this.page.locator('.dialog', { hasText: 'Who may join' }).waitFor({ state: 'detached' })
  }

  /** Presses a button of the toolbar of a message. */
  async tool(text: string, name: string): Promise<void> {
    const has = this.page.locator(`.text:text-is(${JSON.stringify(text)})`)
    const item = this.page.locator('.message[data-id]', { has })
    await item.locator('.text').hover()
    await item.getByRole('button', { name, exact: true }).click()
  }

  /** A message in the log, not a pending one. */
  message(text: string): Locator {
    return messageIn(this.page, text)
  }

  /** The messages of the open conversation, without pending ones. */
  messages(): Promise<string[]> {
    return messagesIn(this.page)
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => this.consoleErrors.push(String(error)))
    page.on('console', (message) => {
      const text = message.text()
      // Browsers log every response with an error status.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource'))
        this.consoleErrors.push(text)
    })
  }
}

export function messageIn(page: Page, text: string): Locator {
  return page.locator('.message[data-id] .text').getByText(text, { exact: true })
}

export function messagesIn(page: Page): Promise<string[]> {
  return page.locator('.message[data-id] .text').allTextContents()
}

/** Polls from outside, because the content security policy forbids `waitForFunction` with a string. */
export async function titleBecomes(page: Page, title: string): Promise<void> {
  const until = Date.now() + patienceMs
  while ((await page.title()) !== title) {
    if (Date.now() > until) throw new Error(`the title is ${await page.title()}, not ${title}`)
    await delay(20)
  }
}
