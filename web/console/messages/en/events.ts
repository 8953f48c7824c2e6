import type { Texts } from '../../../common/locale.ts';

export const events = {
  flow: 'On their way',
  flow_ask: 'Ask the outbox',
  flow_not_live: 'These figures are not live: the console has no connection to the cluster.',
  flow_rows: 'Events that wait to be sent',
  flow_lag: 'The oldest waits for',
  flow_consumers: 'Events that wait to be read',
  flow_letters: 'Dead letters',
  flow_unknown: 'unknown',
  letters: 'Dead letters',
  letters_words:
    'Events that could not be processed, oldest first in each topic. Mend the reason first, then send them back.',
  letters_none: 'There are no dead letters.',
  letters_most: 'Only the first {count} are shown.',
  letters_count: { one: '{count} letter', other: '{count} letters' },
  letter_when: 'Given up',
  letter_reason: 'Reason',
  letter_attempts: 'Attempts',
  letter_where: 'Partition / offset',
  letter_payload: 'Payload',
  letter_no_json: 'no JSON',
  letter_no_event: 'no event',
  letter_key: 'Key:',
  replay: 'Replay',
  replay_title: 'Send the dead letters of {topic} back?',
  replay_words: {
    one: '{count} letter goes back to its topic as it was, and is processed again.',
    other: '{count} letters go back to their topic as they were, and are processed again.',
  },
  replay_reason: 'What cannot be processed comes back as a new dead letter. What was processed does nothing twice.',
  replay_goes_on: 'It takes longer; it goes on.',
} as const satisfies Texts;
