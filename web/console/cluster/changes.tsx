import { timeOfDay } from '../../common/locale.ts';
import { changes, type Change } from '../changes.ts';
import { say } from '../words.ts';

const SHOWN = 12;

/** What happened while somebody watched; read out as it happens. */
export function Changes() {
  return (
    <section class="card" aria-labelledby="changes">
      <h2 id="changes">{say('changes')}</h2>
      {changes.value.length === 0 && <p class="soft">{say('changes_none')}</p>}
      <div role="log" aria-labelledby="changes">
        <ol class="changes">
          {changes.value.slice(0, SHOWN).map((change) => (
            <li key={change.id}>
              <time class="figure soft">{timeOfDay(change.at)}</time> {words(change)}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function words(change: Change): string {
  switch (change.kind) {
    case 'node':
      return say('change_node', { node: change.node, state: say(`state_${change.state}`) });
    case 'gone':
      return say('change_gone', { node: change.node });
    case 'unwell':
      return say('change_unwell', { node: change.node, dependencies: change.dependencies });
    case 'taken':
      return say('change_taken', { node: change.node, count: change.count });
    case 'ownerless':
      return say('change_ownerless', { count: change.count });
  }
}
