import { useEffect } from 'preact/hooks';
import { moment } from '../common/locale.ts';
import { route } from '../common/route.ts';
import { Bar, type View } from '../common/ui/bar.tsx';
import { Notices } from '../common/ui/notices.tsx';
import { Activity } from './activity/activity.tsx';
import { Cluster } from './cluster/cluster.tsx';
import { Connection } from './cluster/connection.tsx';
import { Entrance } from './entrance.tsx';
import { Events } from './events/events.tsx';
import { closeFeed, openFeed } from './feed.ts';
import { Findings } from './findings/findings.tsx';
import { People } from './people/people.tsx';
import { leave, mayLook, person } from './session.ts';
import { say } from './words.ts';

const ROOMS = { cluster: Cluster, users: People, events: Events, findings: Findings, activity: Activity } as const;
type RoomName = keyof typeof ROOMS;
const NAMES = Object.keys(ROOMS) as readonly RoomName[];

export function App() {
  const inside = mayLook.value;
  const views = NAMES.map((name): View => ({ name, title: say(`view_${name}`) }));
  const name = NAMES.find((candidate) => candidate === (route.value[0] ?? NAMES[0]));
  const title = inside && name !== undefined ? say(`view_${name}`) : say('sign_in');
  useEffect(() => {
    document.title = `${title} · Library Service`;
  }, [title]);
  useEffect(() => (inside ? (openFeed(), closeFeed) : undefined), [inside, person.value?.token]);
  const Room = name === undefined ? Nowhere : ROOMS[name];
  return (
    <>
      <Bar title={say('title')} views={inside ? views : []}>
        {inside && <Connection />}
        {inside && <Leave />}
      </Bar>
      <main id="content" class="page" tabIndex={-1}>
        {inside ? <Room /> : <Entrance />}
      </main>
      <Notices />
    </>
  );
}

function Leave() {
  const { userId, roles, endsAt } = person.value ?? { userId: '', roles: [], endsAt: 0 };
  const who = say('signed_in', { user: userId, roles: roles.join(', '), at: moment(endsAt) });
  return (
    <button type="button" class="plain" title={who} onClick={leave}>
      {say('leave')}
      <span class="unseen"> {who}</span>
    </button>
  );
}

function Nowhere() {
  return <p class="card">{say('no_view')}</p>;
}
