import type { FastifyRequest } from 'fastify'
import type { ProofInput, StaffDone } from '../../chat/staff.ts'
import type { AuditAction, AuditRecord } from '../../store/audit-store.ts'
import type { Restriction, StaffUser } from '../../store/staff-store.ts'
import { toTime, toUser } from '../account-responses.ts'
import { requireStaffToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { networksOf } from '../limits/address-keys.ts'
import { clientAddress } from '../limits/client-address.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { logStaffAction } from '../logging/log-events.ts'
import {
  banUser,
  createStaffUser,
  defaultStaffLimit,
  issueSetupCode,
  listAudit,
  listStaffUsers,
  muteUser,
  setUserRole,
  unbanUser,
  unmuteUser,
} from '../schemas/staff.ts'

/** What the staff does to accounts: the calls that read, and those that take a body. */
export async function staffRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { staff } = services
  app.addHook('onRequest', requireStaffToken(app, services))
  parseBodies(app)

  app.get('/v1/admin/users', { schema: listStaffUsers }, async (request) => {
    chargeRead(limits, request)
    const wanted = { limit: defaultStaffLimit, ...request.query }
    const { users, more, isAdmin } = await staff.list(request.staff, wanted)
    return { users: users.map((user) => toStaffUser(user, isAdmin)), more }
  })

  app.get('/v1/admin/audit', { schema: listAudit }, async (request) => {
    chargeRead(limits, request)
    const wanted = { limit: defaultStaffLimit, ...request.query }
    const { records, more } = await staff.audit(request.staff, wanted)
    return { records: records.map(toRecord), more }
  })

  app.post('/v1/admin/users', { schema: createStaffUser }, async (request, reply) => {
    chargeWrite(limits, request)
    const { user, setup } = await staff.createUser(request.staff, request.body)
    logStaffAction(request, 'user-created', user.username)
    return reply.code(201).send({
      user: toUser(user),
      ...(setup && { setup: { code: setup.code, expiresAt: toTime(setup.expiresAt) } }),
    })
  })

  app.post(
    '/v1/admin/users/:username/setup',
    { schema: issueSetupCode },
    async (request, reply) => {
      chargeWrite(limits, request)
      const proof = proofOf(limits, request, request.body.password)
      const { user, setup } = await staff.issueSetup(request.staff, request.params.username, proof)
      logStaffAction(request, 'setup-issued', user.username)
      return reply.code(201).send({ code: setup.code, expiresAt: toTime(setup.expiresAt) })
    },
  )

  app.put('/v1/admin/users/:username/role', { schema: setUserRole }, async (request, reply) => {
    chargeWrite(limits, request)
    const { params, body } = request
    const proof = proofOf(limits, request, body.password)
    const done = await staff.setRole(request.staff, params.username, body.role, proof)
    logIfChanged(request, 'role-set', done)
    return reply.code(204).send(null)
  })

  app.put('/v1/admin/users/:username/ban', { schema: banUser }, async (request, reply) => {
    chargeWrite(limits, request)
    const done = await staff.ban(request.staff, request.params.username, request.body)
    logIfChanged(request, 'banned', done)
    return reply.code(204).send(null)
  })

  app.put('/v1/admin/users/:username/mute', { schema: muteUser }, async (request, reply) => {
    chargeWrite(limits, request)
    const done = await staff.mute(request.staff, request.params.username, request.body)
    logIfChanged(request, 'muted', done)
    return reply.code(204).send(null)
  })
}

/** What the staff does to accounts: the calls that write and take no body. */
export async function bodilessStaffRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { staff } = services
  app.addHook('onRequest', requireStaffToken(app, services))
  discardBodies(app)

  app.delete('/v1/admin/users/:username/ban', { schema: unbanUser }, async (request, reply) => {
    chargeWrite(limits, request)
    const done = await staff.lift('unban', request.staff, request.params.username)
    logIfChanged(request, 'unbanned', done)
    return reply.code(204).send(null)
  })

  app.delete('/v1/admin/users/:username/mute', { schema: unmuteUser }, async (request, reply) => {
    chargeWrite(limits, request)
    const done = await staff.lift('unmute', request.staff, request.params.username)
    logIfChanged(request, 'unmuted', done)
    return reply.code(204).send(null)
  })
}

/** The console is bounded by the requests of its one address. */
function chargeRead(limits: RateLimits, { staff }: FastifyRequest): void {
  if (staff.session !== null) limits.read(staff.session)
}

function chargeWrite(limits: RateLimits, { staff }: FastifyRequest): void {
  if (staff.session !== null) limits.write(staff.session)
}

function proofOf(
  limits: RateLimits,
  request: FastifyRequest,
  password: string | undefined,
): ProofInput {
  const address = clientAddress(request)
  const username = request.staff.session?.account.username ?? ''
  return {
    password,
    client: {
      from: networksOf(address),
      asLogin: (check) => limits.login(address, username, check),
    },
  }
}

function logIfChanged(
  request: FastifyRequest,
  action: AuditAction,
  { user, changed }: StaffDone,
): void {
  if (changed) logStaffAction(request, action, user.username)
}

function toStaffUser({ account, lastSeenAt, ban, mute, sessions }: StaffUser, isAdmin: boolean) {
  return {
    ...toUser(account),
    ...(lastSeenAt !== null && { lastSeenAt: toTime(lastSeenAt) }),
    ...(ban && { ban: toRestriction(ban) }),
    ...(mute && { mute: toRestriction(mute) }),
    ...(isAdmin && { sessions }),
  }
}

function toRestriction({ reason, until, at, by }: Restriction) {
  return {
    ...(reason !== null && { reason }),
    ...(until !== null && { until: toTime(until) }),
    at: toTime(at),
    by: by?.username ?? 'console',
  }
}

function toRecord({ id, at, by, via, action, target, detail, address }: AuditRecord) {
  return {
    id,
    at: toTime(at),
    by: by?.username ?? 'console',
    via,
    action,
    ...(target && { target: target.username }),
    ...(detail && { detail }),
    ...(address !== null && { address }),
  }
}
