import { Ask } from '../../common/ui/dialog.tsx';
import { complain, notify } from '../../common/ui/notices.tsx';
import { outcomeOf, run } from '../commands.ts';
import { say } from '../words.ts';

interface AskReplayProps {
  readonly topic: string;
  readonly count: number;
  /** It is through, and written down. */
  readonly onReplayed: () => Promise<void>;
  readonly onClose: () => void;
}

/** Sends the dead letters of a topic back, as an operator's command: so it is written to the audit log. */
export function AskReplay({ topic, count, onReplayed, onClose }: AskReplayProps) {
  async function act(): Promise<void> {
    const line = `replay ${topic}`;
    const { state, command_id: id, text, error } = await run(line);
    if (state === 'failed') throw new Error(error ?? line);
    if (state === 'done') {
      notify('good', text ?? line);
      await onReplayed().catch(complain);
      return;
    }
    notify('plain', say('replay_goes_on'));
    void outcomeOf(id)
      .then((outcome) => {
        notify(outcome.state === 'failed' ? 'bad' : 'good', outcome.text);
        return onReplayed();
      })
      .catch(complain);
  }
  return (
    <Ask title={say('replay_title', { topic })} action={say('replay')} onAct={act} onClose={onClose}>
      <p>{say('replay_words', { count })}</p>
      <p class="soft">{say('replay_reason')}</p>
    </Ask>
  );
}
