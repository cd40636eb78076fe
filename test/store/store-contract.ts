import t, { type Test } from 'tap'
import { accountStoreContract } from './contract/account-store.ts'
import { blockStoreContract } from './contract/block-store.ts'
import { conversationStoreContract } from './contract/conversation-store.ts'
import type { OpenFixture } from './contract/fixture.ts'
import { messageLogContract } from './contract/message-log.ts'
import { presenceStoreContract } from './contract/presence-store.ts'
import { rateLimitCountersContract } from './contract/rate-limit-counters.ts'
import { receiptStoreContract } from './contract/receipt-store.ts'
import { retentionStoreContract } from './contract/retention-store.ts'
import { roomStoreContract } from './contract/room-store.ts'
import { sessionStoreContract } from './contract/session-store.ts'
import { staffStoreContract } from './contract/staff-store.ts'
import { storeContract } from './contract/store.ts'
import { tokenStoreContract } from './contract/token-store.ts'

/** The tests of each interface that a store consists of, by its name. */
const contracts: Record<string, (t: Test, openFixture: OpenFixture) => Promise<void>> = {
  MessageLog: messageLogContract,
  AccountStore: accountStoreContract,
  SessionStore: sessionStoreContract,
  TokenStore: tokenStoreContract,
  BlockStore: blockStoreContract,
  RoomStore: roomStoreContract,
  ConversationStore: conversationStoreContract,
  PresenceStore: presenceStoreContract,
  ReceiptStore: receiptStoreContract,
  RetentionStore: retentionStoreContract,
  RateLimitCounters: rateLimitCountersContract,
  StaffStore: staffStoreContract,
  Store: storeContract,
}

/** Runs the tests of every interface on an implementation. */
export function testStore(name: string, openFixture: OpenFixture): void {
  t.test(`a store on ${name}`, async (t) => {
    for (const [name, contract] of Object.entries(contracts)) {
      await t.test(name, (t) => contract(t, openFixture))
    }
  })
}
