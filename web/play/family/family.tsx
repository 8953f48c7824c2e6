import './family.css';
import { useEffect } from 'preact/hooks';
import { complain } from '../../common/ui/notices.tsx';
import { FriendPane } from './friend-pane.tsx';
import { openFriend } from './friend-session.ts';
import { OwnerPane } from './owner-pane.tsx';
import { readFamily, sides } from './people.ts';
import { say } from './words.ts';
import { say as sayCommon } from '../../common/words.ts';

/** The player lends games to a friend: both sides, each with a device and a socket of its own. */
export function Family() {
  useEffect(() => {
    openFriend().catch(complain);
    readFamily().catch(complain);
  }, []);
  const known = sides.value;
  return (
    <>
      <h2>{say('title')}</h2>
      <p class="soft">{say('intro')}</p>
      {known === null ? (
        <p class="soft">{sayCommon('loading')}</p>
      ) : (
        <div class="family">
          <OwnerPane sides={known} />
          <FriendPane sides={known} />
        </div>
      )}
    </>
  );
}
