import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AuditEntry } from '../../../lib/contract/support.ts';
import type { PlaytimeStats } from '../../../lib/contract/playtime.ts';
import { duration, moment } from '../../common/locale.ts';
import { route, to } from '../../common/route.ts';
import { complain } from '../../common/ui/notices.tsx';
import { Facts } from '../parts/facts.tsx';
import { Id } from '../parts/id.tsx';
import { Shown, useLoaded } from '../parts/loaded.tsx';
import { Written, writtenDown } from '../parts/audit.tsx';
import { read } from '../parts/pages.tsx';
import { isAdmin } from '../session.ts';
import { say } from '../words.ts';
import { AskErase } from './erase.tsx';
import { Library } from './library.tsx';
import { Saves } from './saves.tsx';
import { Sessions } from './sessions.tsx';
import { Turns } from './turns.tsx';
import { UserAudit } from './user-audit.tsx';
import { UserFindings } from './user-findings.tsx';

export interface RoomProps {
  readonly userId: string;
  /** Something was changed, and is written down under this name: what was read is read again. */
  readonly onChanged: (action: string) => void;
  /** The steps of the route behind the room's name. */
  readonly steps: readonly string[];
}

const ROOMS = {
  library: Library,
  sessions: Sessions,
  turns: Turns,
  saves: Saves,
  findings: UserFindings,
  audit: UserAudit,
} as const satisfies Record<string, (props: RoomProps) => ComponentChildren>;
type RoomName = keyof typeof ROOMS;
const NAMES = Object.keys(ROOMS) as readonly RoomName[];

export function User({ id }: { id: string }) {
  const [, , wanted, ...steps] = route.value;
  const name = NAMES.find((candidate) => candidate === wanted) ?? 'library';
  const Room: (props: RoomProps) => ComponentChildren = ROOMS[name];
  const [changes, setChanges] = useState(0);
  const [written, setWritten] = useState<AuditEntry | null>(null);
  function changed(action: string): void {
    setChanges((before) => before + 1);
    void writtenDown(id, action).then(setWritten, complain);
  }
  return (
    <>
      <Head id={id} seen={`${changes} ${name} ${steps.join('/')}`} />
      {written !== null && <Written entry={written} onClose={() => setWritten(null)} />}
      <nav class="rooms" aria-label={say('rooms')}>
        {NAMES.map((room) => (
          <a key={room} href={to('users', id, room)} aria-current={room === name ? 'page' : undefined}>
            {say(`room_${room}`)}
          </a>
        ))}
      </nav>
      <Room key={`${name} ${changes}`} userId={id} onChanged={changed} steps={steps} />
    </>
  );
}

/** Who it is, and how much they played. */
function Head({ id, seen }: { id: string; seen: string }) {
  const stats = useLoaded(id, () => read<PlaytimeStats>(`/admin/users/${id}/playtime/stats`));
  // Read anew with every step: who plays now is soon another.
  const shown = useRef(seen);
  useEffect(() => {
    if (shown.current !== seen) stats.again();
    shown.current = seen;
  }, [seen]);
  const [erasing, setErasing] = useState(false);
  return (
    <section class="card" aria-labelledby="user">
      <div class="row spread">
        <h2 id="user" class="breaks">
          {say('user')} <span class="mono">{id}</span>
        </h2>
        <div class="row">
          <Id id={id} />
          {isAdmin.value && (
            <button type="button" class="harm" onClick={() => setErasing(true)}>
              {say('erase')}
            </button>
          )}
        </div>
      </div>
      <Shown of={stats}>
        {({ total_seconds: total, recent_seconds: recent, last_played_at: last, games }) => (
          <Facts
            of={[
              [say('total_played'), duration(total)],
              [say('recent_played'), duration(recent)],
              [say('last_played'), last === null ? say('never') : moment(last)],
              [say('games_played'), games.length],
              [say('plays_now'), games.filter(({ live }) => live).length],
            ]}
          />
        )}
      </Shown>
      {erasing && <AskErase userId={id} onClose={() => setErasing(false)} />}
    </section>
  );
}
