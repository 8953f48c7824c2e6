import type { Kysely } from 'kysely';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';

/** A change that a user makes to the family. */
export interface FamilyContext {
  readonly db: Kysely<Schema>;
  readonly caller: Caller;
  /** Whose family it is. */
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** What it takes to ask for people's accounts. */
export interface Accounts {
  readonly accounts: AccountDirectory;
  /** Ms since the Unix epoch; nobody waits for the answer past it. */
  readonly deadline: number;
}

/** The actors of people whose sessions may have to end. */
export type ActorOf = (userId: string) => Pick<UserActor, 'held' | 'revoke'>;
