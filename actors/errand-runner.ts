import type { Errand } from './errands.ts';
import type { Command, Extend, Lend, Reply } from './messages.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** The way to other users' actors, and back to this one's wherever it lives by then. */
export interface ActorMail {
  /** Rejects when there was no answer within a few seconds. */
  ask(user: UuidKey, command: Command): Promise<Reply>;
}

type ToActor = Extract<Errand, { readonly to: UuidKey }>;

/**
 * Carries an errand of `user` out, with all that follows from the answers: what an owner's actor answers to a lend goes
 * to the borrower's, and a borrower's actor that will not play the copy any more has it returned.
 *
 * @throws EngineUnavailable when somebody did not answer; nothing needs to be done about it (L1, L6)
 */
export async function runErrand(mail: ActorMail, user: UuidKey, { to, command }: ToActor): Promise<void> {
  switch (command.kind) {
    case 'return':
      await mail.ask(to, command);
      return;
    case 'extend':
      return extend(mail, to, command);
    case 'lend':
      return renew(mail, user, to, command);
  }
}

async function renew(mail: ActorMail, borrower: UuidKey, owner: UuidKey, command: Lend): Promise<void> {
  const reply = await mail.ask(owner, command);
  const { sessionId } = command;
  if (reply.kind === 'loan') {
    const { until, endsAt } = reply;
    await extend(mail, borrower, { kind: 'extend', sessionId, owner, promise: { until, endsAt } });
  } else if (reply.kind === 'copy_in_use') {
    await extend(mail, borrower, { kind: 'extend', sessionId, owner, promise: null });
  }
}

async function extend(mail: ActorMail, borrower: UuidKey, command: Extend): Promise<void> {
  const reply = await mail.ask(borrower, command);
  if (reply.kind !== 'refused' || reply.reason !== 'copy_not_used') return;
  await mail.ask(command.owner, { kind: 'return', sessionId: command.sessionId }); // L2: the answer proves it
}
