import { describe, expect, it } from '@jest/globals';
import { LibraryError } from '../../../lib/errors.ts';
import { runTyped } from '../../../services/operator-run.ts';
import { keptTerminal, madeUpCluster, type MadeUpCall } from '../../operator-cluster.ts';

const TWO_ENGINES = { a: ['engine', 'engine-member'], b: ['engine', 'engine-member'], c: ['audit'] };

function run(answer: (call: MadeUpCall) => unknown, line: string) {
  const cluster = madeUpCluster(TWO_ENGINES, answer);
  const kept = keptTerminal();
  const done = runTyped(cluster.context, kept.terminal, line.split(' '));
  return { ...cluster, ...kept, done };
}

const outcomes = (calls: readonly MadeUpCall[]) =>
  calls.filter(({ action }) => action === 'audit.operator').map(({ params }) => params);

describe('a command that changes something', () => {
  it('is written down before it is begun and after it is done, with who typed it', async () => {
    const { calls, shown, done } = run(() => 3, 'flush');
    await done;
    expect(calls.map(({ action }) => action)).toEqual([
      'audit.operator',
      'engine.flush',
      'engine.flush',
      'audit.operator',
    ]);
    const result = "6 users' sessions written to PostgreSQL.";
    expect(outcomes(calls)).toEqual([
      { operator: 'jo@desk', command: 'flush', typed: 'flush', outcome: 'begun' },
      { operator: 'jo@desk', command: 'flush', typed: 'flush', outcome: 'done', result },
    ]);
    expect(shown).toEqual([result]);
  });

  it('is written down under the name that was given', async () => {
    const { calls, done } = run(() => undefined, 'drain a --as kim');
    await done;
    expect(outcomes(calls)[0]).toMatchObject({ operator: 'kim', typed: 'drain a --as kim' });
  });

  it('is written down as failed when it fails', async () => {
    const { calls, done } = run(({ action }) => {
      if (action === 'engine.drain') throw new LibraryError('UNAVAILABLE', 'no');
      return undefined;
    }, 'drain a');
    await expect(done).rejects.toThrow('no');
    expect(outcomes(calls).map(({ outcome }) => outcome)).toEqual(['begun', 'failed']);
    expect(outcomes(calls)[1]).toMatchObject({ result: 'no' });
  });

  it('is not done when it cannot be written down, unless the operator says so', async () => {
    const away = ({ action }: MadeUpCall): unknown => {
      if (action === 'audit.operator') throw new Error('the database is away');
      return undefined;
    };
    const refused = run(away, 'drain a');
    await expect(refused.done).rejects.toThrow(/^nothing was done, .*the database is away.*--without-audit/);
    expect(refused.calls.map(({ action }) => action)).toEqual(['audit.operator']);
    const forced = run(away, 'drain a --without-audit');
    await forced.done;
    expect(forced.calls.map(({ action }) => action)).toEqual(['engine.drain']);
  });

  it('says that it was done although its end could not be written down', async () => {
    let written = 0;
    const { done } = run(({ action }) => {
      if (action === 'audit.operator' && (written += 1) === 2) throw new Error('gone');
      return 0;
    }, 'flush');
    await expect(done).rejects.toThrow(/^0 users' .*\nIt is done, but its end is not in the audit log/);
  });

  it('is only looked at as long as it is not told to', async () => {
    const { calls, shown, done } = run(
      ({ action }) => (action === 'engine.shards' ? { total: 0, shards: [] } : undefined),
      'rebalance',
    );
    await done;
    expect(outcomes(calls)).toEqual([]);
    expect(shown).toEqual(['Every shard is where placement wants it.']);
  });
});

describe('a command that looks', () => {
  it('is repeated while it is watched, until somebody has seen enough', async () => {
    let events = 0;
    const backlog = () => ({ events: (events += 1), lagMs: 0 });
    const { shown, ring, press, done, calls } = run(backlog, 'outbox --watch --every 5');
    await ring();
    await ring();
    press();
    await done;
    expect(shown.slice(0, 3)).toEqual(
      [1, 2, 3].map((n) => `${n} events wait for the event bus; the oldest for 0.0 s.`),
    );
    expect(outcomes(calls)).toEqual([]);
  });
});
