import './people.css';
import { route } from '../../common/route.ts';
import { isUuid } from '../parts/id.tsx';
import { say } from '../words.ts';
import { LookUp } from './look-up.tsx';
import { User } from './user.tsx';

/** Users: one is looked up, and then everything there is of them. */
export function People() {
  const [, id = ''] = route.value;
  if (id === '') return <LookUp />;
  return (
    <>
      <LookUp />
      {isUuid(id) ? <User key={id} id={id.toLowerCase()} /> : <p class="card bad">{say('look_no_uuid')}</p>}
    </>
  );
}
