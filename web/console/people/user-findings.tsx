import type { PlayFinding } from '../../../lib/contract/findings.ts';
import { FindingList } from '../findings/finding-list.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import type { RoomProps } from './user.tsx';

export function UserFindings({ userId, onChanged }: RoomProps) {
  const pages = usePages<PlayFinding>(`/admin/users/${userId}/findings`);
  return (
    <section class="card" aria-labelledby="user-findings">
      <h2 id="user-findings">{say('findings')}</h2>
      <Listed of={pages} none={say('findings_none')}>
        {(items) => <FindingList findings={items} onDecided={async () => onChanged('finding.decided')} />}
      </Listed>
    </section>
  );
}
