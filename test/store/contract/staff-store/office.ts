import type { Test } from 'tap'
import type { FreshProof } from '../../../../src/store/fresh-proof.ts'
import type { Role } from '../../../../src/store/person.ts'
import type { StaffCommand, StaffOutcome } from '../../../../src/store/staff-store.ts'
import { setRole } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { House, type Name, openHouse } from '../house.ts'

/** A house in which some are of the staff. */
export class Office extends House {
  /** @param by null: the console */
  command(
    by: Name | null,
    command: StaffCommand,
    proof: FreshProof | null = null,
  ): Promise<StaffOutcome> {
    const call =
      by === null
        ? { caller: { kind: 'console' } as const, address: null }
        : {
            caller: { kind: 'session', session: this.people[by].id } as const,
            address: '203.0.113.7',
          }
    return this.store.staff.execute({ ...call, proof }, command)
  }

  /** `changed`, `same` or the refusal. */
  async asks(by: Name | null, command: StaffCommand, proof?: FreshProof): Promise<string> {
    const outcome = await this.command(by, command, proof)
    if (outcome.kind !== 'done') return outcome.kind
    return outcome.changed ? 'changed' : 'same'
  }

  /** Throws where it is refused. */
  async commands(by: Name | null, command: StaffCommand) {
    const outcome = await this.command(by, command)
    if (outcome.kind !== 'done') throw new Error(`${by} ${command.kind}: ${outcome.kind}`)
    return outcome
  }

  roleOf(name: Name): Promise<Role | undefined> {
    return this.store.staff.roleOf({ kind: 'session', session: this.people[name].id })
  }

  isAlive(name: Name): Promise<boolean> {
    return this.store.sessions.find(this.people[name].id).then((found) => found !== undefined)
  }
}

/** Ann is an admin, Bob a moderator, Cid and Dan are members. */
export async function openOffice(t: Test, openFixture: OpenFixture): Promise<Office> {
  const { store, clock, people } = await openHouse(t, openFixture)
  const office = new Office(store, clock, people)
  await office.commands(null, setRole('ann', 'admin'))
  await office.commands(null, setRole('bob', 'moderator'))
  return office
}
