import type { Caller, Endpoint, Role, Scope } from './endpoint.ts';

const RANK: Record<Scope, number> = { none: 0, own: 1, any: 2 };

/** The widest scope that one of the roles has at the endpoint; null when none has access. */
export function scopeOf(endpoint: Endpoint, roles: readonly Role[]): Scope | null {
  let widest: Scope | null = null;
  for (const role of roles) {
    const scope = endpoint.access[role];
    if (scope !== undefined && (widest === null || RANK[scope] > RANK[widest])) widest = scope;
  }
  return widest;
}

/** Whether the caller may use the endpoint on this user's data. Both ids are lower-case UUIDs. */
export function mayAccess(endpoint: Endpoint, caller: Caller, userId: string): boolean {
  const scope = scopeOf(endpoint, caller.roles);
  if (scope === null) return false;
  return scope !== 'own' || caller.userId === userId;
}
