import type { SessionView } from '../../actors/messages.ts';
import type { Session } from '../../actors/session.ts';

/** A session as the store's commits told it for a while. */
export interface Version {
  readonly session: Session;
  readonly credited: number;
  /** The number of the commit that brought it, and of the one that overtook it; Infinity while it is the latest. */
  readonly from: number;
  until: number;
}

/** Whether the truth may go on from one version to this. */
export function follows(last: Version, session: Session, credited: number): boolean {
  const before = last.session;
  if (before.rev === session.rev) return before.seq === session.seq && last.credited === credited;
  return (
    before.endReason === null && session.rev > before.rev && session.seq >= before.seq && credited >= last.credited
  );
}

/** Whether a reply tells this version. */
export function tells(view: SessionView, { session, credited }: Version): boolean {
  return (
    view.seq === session.seq &&
    view.creditedMs === credited &&
    view.lastBeatAt === session.lastBeatAt &&
    view.msByDay.reduce((sum, ms) => sum + ms, 0) === credited &&
    (view.ended?.reason ?? null) === session.endReason
  );
}

/** Whether it tells a step on the way to a version: several turns of one actor may share a commit. */
export function liesBetween(view: SessionView, before: Version | undefined, { session, credited }: Version): boolean {
  return (
    view.seq >= (before?.session.seq ?? 0) &&
    view.seq <= session.seq &&
    view.creditedMs >= (before?.credited ?? 0) &&
    view.creditedMs <= credited &&
    view.lastBeatAt <= session.lastBeatAt &&
    (view.ended === null || session.endReason !== null)
  );
}
