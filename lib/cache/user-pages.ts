import { hash } from 'node:crypto';
import { userRevisions } from './user-revisions.ts';
import type { PreparedReply } from '../contract/endpoint.ts';
import type { SqlExecutor } from '../db/database.ts';
import { DAY_MS } from '../playtime/days.ts';
import type { Clock } from '../ports/clock.ts';
import type { PageCache } from '../ports/page-cache.ts';
import { RELEASE } from '../release.ts';

/** How old the catalogue's part of a page may be; the user's own part never is. ms */
export const PAGE_TTL_MS = 60_000;

export interface UserPageRequest {
  readonly userId: string;
  /** Of the endpoint. */
  readonly name: string;
  /** What the page depends on beside the user's data, the catalogue and the UTC day: the validated query. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Reads the data and makes the reply's body of it. */
  readonly build: () => Promise<unknown>;
}

/** A page of a user's own data, from the cache when nothing of it changed. */
export type UserPages = (request: UserPageRequest) => Promise<PreparedReply>;

export interface UserPagesDeps {
  readonly executor: SqlExecutor;
  readonly cache: PageCache;
  readonly clock: Clock;
  /** Told of each request: whether its page was there. */
  readonly looked?: (found: boolean) => void;
}

/**
 * Pages are kept under a name made of all they depend on, the user's revision among it, which every change of the user's
 * data raises in its own transaction. So a page is never invalidated: after a change it is no longer asked for.
 *
 * - The revision is read from the database for each request, before the data. Data that is newer than the name it is kept
 *   under harms nobody; older it cannot be.
 * - What has no revision, the catalogue, may be {@link PAGE_TTL_MS} old. A page carries the time at which it was built, so
 *   that passing it from cache to cache does not lengthen its life.
 * - The ETag is the content's digest and not the name's: under one name there may be another catalogue a minute later.
 * - The release is a part of the name: in a rolling upgrade two of them share the cache, and may answer differently.
 * - Of a user's pages nothing but a digest is in their names. They are gone a minute after their last use at the latest.
 */
export function createUserPages({ executor, cache, clock, looked = () => undefined }: UserPagesDeps): UserPages {
  const revisionOf = userRevisions(executor);
  const building = new Map<string, Promise<PreparedReply>>();

  async function buildPage(key: string, build: UserPageRequest['build']): Promise<PreparedReply> {
    const builtAt = clock.now();
    const json = JSON.stringify(await build());
    const etag = hash('sha256', json, 'base64url');
    cache.set(key, `${builtAt} ${etag} ${json}`, PAGE_TTL_MS);
    return { json, etag };
  }

  return async ({ userId, name, query, build }) => {
    const revision = await revisionOf(userId);
    const key = pageName(userId, revision, Math.floor(clock.now() / DAY_MS), name, query);
    const found = building.get(key) ?? unwrapped(await cache.get(key), clock.now()) ?? building.get(key);
    looked(found !== undefined);
    if (found !== undefined) return found;
    const page = buildPage(key, build).finally(() => building.delete(key));
    building.set(key, page);
    return page;
  };
}

function pageName(userId: string, revision: number, day: number, name: string, query: object): string {
  const canonical = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([RELEASE, userId, revision, day, name, canonical]), 'base64url');
}

/** The page, unless it is too old. */
function unwrapped(kept: string | null, now: number): PreparedReply | undefined {
  if (kept === null) return undefined;
  const afterTime = kept.indexOf(' ');
  const afterTag = kept.indexOf(' ', afterTime + 1);
  if (Number(kept.slice(0, afterTime)) + PAGE_TTL_MS <= now) return undefined;
  return { etag: kept.slice(afterTime + 1, afterTag), json: kept.slice(afterTag + 1) };
}
