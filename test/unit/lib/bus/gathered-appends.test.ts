import { describe, expect, it } from '@jest/globals';
import { GatheredAppends } from '../../../../lib/bus/gathered-appends.ts';
import type { OutgoingMessage } from '../../../../lib/ports/event-bus.ts';

const message = (value: string): OutgoingMessage => ({ topic: 'topic', key: 'key', value, headers: {} });

/** A log whose appends end when the test says so. */
function heldLog() {
  const appends: { readonly values: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const gathered = new GatheredAppends(
    (messages) =>
      new Promise((resolve, reject) => {
        appends.push({
          values: messages.map(({ value }) => value),
          end: (error) => (error ? reject(error) : resolve()),
        });
      }),
    3,
  );
  return { appends, append: (...values: readonly string[]) => gathered.append(values.map(message)) };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('appends to the log', () => {
  it('that come while one is under way leave together, in the order of the calls', async () => {
    const { appends, append } = heldLog();
    const first = append('a');
    const later = Promise.all([append('b'), append('c')]);
    expect(appends.map(({ values }) => values)).toEqual([['a']]);
    appends[0]!.end();
    await first;
    await turn();
    expect(appends.map(({ values }) => values)).toEqual([['a'], ['b', 'c']]);
    appends[1]!.end();
    await later;
  });

  it('leave together only as far as there is room, but a call is never torn apart', async () => {
    const { appends, append } = heldLog();
    const all = [append('a'), append('b', 'c'), append('d', 'e'), append('f', 'g', 'h', 'i')];
    for (let at = 0; at < 4; at += 1) {
      appends[at]!.end();
      await turn();
    }
    await Promise.all(all);
    expect(appends.map(({ values }) => values.join(''))).toEqual(['a', 'bc', 'de', 'fghi']);
  });

  it('fail apart: one that the database refuses takes no other with it', async () => {
    const { appends, append } = heldLog();
    const first = append('a');
    const refused = append('poison');
    const fine = append('b');
    appends[0]!.end();
    await first;
    await turn();
    appends[1]!.end(new Error('refused'));
    await turn();
    appends[2]!.end(new Error('refused'));
    await expect(refused).rejects.toThrow('refused');
    await turn();
    appends[3]!.end();
    await fine;
    expect(appends.map(({ values }) => values)).toEqual([['a'], ['poison', 'b'], ['poison'], ['b']]);
  });

  it('goes on after a failure', async () => {
    const { appends, append } = heldLog();
    const failed = append('a');
    appends[0]!.end(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    const next = append('b');
    appends[1]!.end();
    await next;
  });
});
