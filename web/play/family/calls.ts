/** The calls of families, of the owner and of the friend. */
import type { Call } from '../../common/api.ts';

export const FAMILY_CALL: Call = { method: 'GET', path: '/family' };
export const EXCLUSIONS_CALL: Call = { method: 'GET', path: '/family/exclusions?limit=200' };
export const BORROWED_CALL: Call = { method: 'GET', path: '/?source=family&limit=200' };
export const LIVE_CALL: Call = { method: 'GET', path: '/playtime/live' };

export function inviteCall(memberId: string): Call {
  return { method: 'POST', path: '/family/invitations', body: { member_id: memberId } };
}

/** Withdraws or declines. */
export function closeCall(otherId: string): Call {
  return { method: 'DELETE', path: `/family/invitations/${otherId}` };
}

export function acceptCall(ownerId: string): Call {
  return { method: 'POST', path: `/family/invitations/${ownerId}/accept` };
}

export function removeCall(memberId: string): Call {
  return { method: 'DELETE', path: `/family/members/${memberId}` };
}

export function leaveCall(ownerId: string): Call {
  return { method: 'DELETE', path: `/family/owners/${ownerId}` };
}

export function excludeCall(gameId: string): Call {
  return { method: 'PUT', path: `/family/exclusions/${gameId}` };
}

export function includeCall(gameId: string): Call {
  return { method: 'DELETE', path: `/family/exclusions/${gameId}` };
}

export function startCall(gameId: string, deviceId: string): Call {
  return { method: 'POST', path: '/playtime/start', body: { game_id: gameId, device_id: deviceId } };
}
