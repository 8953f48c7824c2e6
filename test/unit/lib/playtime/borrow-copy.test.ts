import { describe, expect, it } from '@jest/globals';
import type { CopyInUseReply, HeldSession, LoanReply, RefusedReply } from '../../../../actors/messages.ts';
import { borrowCopy } from '../../../../lib/playtime/borrow-copy.ts';
import type { UuidKey } from '../../../../lib/uuid.ts';
import { key } from '../../actors/play.ts';

type Answer = LoanReply | CopyInUseReply | RefusedReply;

const GAME = key('game');
const UNTIL = 30_000;
const free: LoanReply = { kind: 'loan', until: UNTIL, endsAt: 0 };
const taken = (by: 'owner' | 'member', until: number): CopyInUseReply => ({ kind: 'copy_in_use', by, until });

/** Asks these owners, who answer so, for a user who holds these sessions. */
async function look(
  owners: Readonly<Record<string, Answer>>,
  playing: { game?: string; lender: string } | null = null,
) {
  const asked: string[] = [];
  const held = playing && { gameId: key(playing.game ?? 'game'), lender: key(playing.lender) };
  const found = await borrowCopy(
    {
      actor: { held: () => Promise.resolve(held ? [held as HeldSession] : []) },
      borrower: key('bo'),
      lenders: Object.keys(owners).map(key),
      lender: (owner: UuidKey) => ({
        lend: (command) => {
          expect(command).toEqual({ gameId: GAME, borrower: key('bo'), sessionId: key('s1'), until: UNTIL });
          const name = owner.replaceAll('.', '');
          asked.push(name);
          return Promise.resolve(owners[name]!);
        },
      }),
      until: UNTIL,
    },
    GAME,
    key('s1'),
  );
  return { found, asked };
}

describe('looking for a copy to borrow', () => {
  it('takes that of the first owner whose copy is free, and asks no further', async () => {
    const { found, asked } = await look({ ann: taken('owner', 100), ben: free, cat: free });
    expect(found).toEqual({ owner: key('ben'), until: UNTIL, endsAt: 0 });
    expect(asked).toEqual(['ann', 'ben']);
  });

  it('asks the owner first whose copy a running session plays: it shall not take a second one', async () => {
    const { asked } = await look({ ann: free, ben: free }, { lender: 'ben' });
    expect(asked).toEqual(['ben']);
  });

  it('does not care whose copy of another game is played', async () => {
    const { asked } = await look({ ann: free, ben: free }, { game: 'other game', lender: 'ben' });
    expect(asked).toEqual(['ann']);
  });

  it('asks on when the owner of the running session does not lend any more', async () => {
    const { found, asked } = await look({ ann: free, ben: taken('owner', 100) }, { lender: 'ben' });
    expect(asked).toEqual(['ben', 'ann']);
    expect(found).toMatchObject({ owner: key('ann') });
  });

  it('says when the first copy will be free, and who plays it, when all are in use', async () => {
    const { found } = await look({ ann: taken('owner', 300), ben: taken('member', 100), cat: taken('owner', 200) });
    expect(found).toEqual(taken('member', 100));
  });

  it('stops at a refusal that another owner would not lift', async () => {
    const refused: RefusedReply = { kind: 'refused', reason: 'too_many_sessions', session: null };
    const { found, asked } = await look({ ann: refused, ben: free });
    expect(found).toEqual(refused);
    expect(asked).toEqual(['ann']);
  });
});
