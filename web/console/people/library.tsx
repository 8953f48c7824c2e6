import { useEffect, useState } from 'preact/hooks';
import type { LibraryItem } from '../../../lib/contract/library.ts';
import { day, duration, moment, number } from '../../common/locale.ts';
import { Table } from '../../common/ui/table.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { isAdmin } from '../session.ts';
import { say } from '../words.ts';
import { AskGrant, AskRevoke } from './library-actions.tsx';
import { knowTitles } from './titles.tsx';
import type { RoomProps } from './user.tsx';

/** The games of a user. */
export function Library({ userId, onChanged }: RoomProps) {
  const [hidden, setHidden] = useState(false);
  const pages = usePages<LibraryItem>(`/admin/users/${userId}/library`, {
    sort: 'playtime',
    order: 'desc',
    ...(hidden ? { hidden } : {}),
  });
  useEffect(() => knowTitles(pages.value ?? []), [pages.value]);
  const [granting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<LibraryItem | null>(null);
  return (
    <section class="card" aria-labelledby="library">
      <div class="row spread">
        <h2 id="library">{say('room_library')}</h2>
        <div class="row">
          <label class="choice">
            <input type="checkbox" checked={hidden} onChange={(event) => setHidden(event.currentTarget.checked)} />
            {say('library_hidden')}
          </label>
          {isAdmin.value && (
            <button type="button" onClick={() => setGranting(true)}>
              {say('grant')}
            </button>
          )}
        </div>
      </div>
      <Listed of={pages} none={say('library_none')}>
        {(items) => (
          <Table
            caption={say('room_library')}
            headings={[
              say('game'),
              say('source'),
              [say('played_in_all'), 'number'],
              [say('recent_played'), 'number'],
              say('last_played'),
              [say('achievements'), 'number'],
              say('installed'),
              isAdmin.value && say('actions'),
            ]}
          >
            {items.map((item) => (
              <Row key={item.game_id} item={item} onRevoke={() => setRevoking(item)} />
            ))}
          </Table>
        )}
      </Listed>
      {granting && <AskGrant userId={userId} onChanged={onChanged} onClose={() => setGranting(false)} />}
      {revoking !== null && (
        <AskRevoke userId={userId} game={revoking} onChanged={onChanged} onClose={() => setRevoking(null)} />
      )}
    </section>
  );
}

function Row({ item, onRevoke }: { item: LibraryItem; onRevoke: () => void }) {
  const { title, source, acquired_at: acquired, playtime, achievements, installations } = item;
  return (
    <tr>
      <th scope="row" class="name">
        {title}
      </th>
      <td>
        {say(`source_${source}`)} <div class="soft nowrap">{day(acquired)}</div>
      </td>
      <td class="number nowrap">{duration(playtime.total_seconds)}</td>
      <td class="number nowrap">{duration(playtime.recent_seconds)}</td>
      <td class="nowrap">{playtime.last_played_at === null ? say('never') : moment(playtime.last_played_at)}</td>
      <td class="number nowrap">
        {number(achievements.unlocked)} / {number(achievements.total)}
      </td>
      <td>{installations.length === 0 ? say('nowhere') : say('on_devices', { count: installations.length })}</td>
      {isAdmin.value && (
        <td>
          {source !== 'family' && (
            <button type="button" class="harm" onClick={onRevoke}>
              {say('revoke')}
              <span class="unseen"> {title}</span>
            </button>
          )}
        </td>
      )}
    </tr>
  );
}
