import type { Kysely } from 'kysely';
import { accountClient } from './account-client.ts';
import { accountProfiles } from './account-profiles.ts';
import { catalogClient } from './catalog-client.ts';
import { everybody } from './everybody.ts';
import { nothingElse } from './nothing-else.ts';
import { rememberedAccounts } from './remembered-accounts.ts';
import { CHANNEL, createUpstream, type UpstreamEvents } from './upstream.ts';
import type { Config } from '../config/config.ts';
import type { Schema } from '../db/schema.ts';
import { channelCredentials } from '../grpc/certificates.ts';
import { accountProto, catalogProto } from '../grpc/protos.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';
import type { CatalogSource } from '../ports/catalog-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Certificates } from '../tls/certificates.ts';

export interface Upstreams {
  readonly accounts: AccountDirectory;
  readonly catalog: CatalogSource;
  close(): Promise<void>;
}

export interface UpstreamsDeps {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly certificates: Certificates;
  readonly eventsOf: (service: 'account' | 'catalog') => UpstreamEvents;
  /** Told of what went wrong and was made do without. */
  readonly failed: (error: unknown) => void;
}

/** The services that the configuration names. Connects when it is first used: a node starts also while they are away. */
export function openUpstreams(config: Config['upstream'], deps: UpstreamsDeps): Upstreams {
  const { db, clock, certificates, eventsOf, failed } = deps;
  const { accountAddr, catalogAddr, accountFreshSeconds } = config;
  const closers: (() => void)[] = [];
  let accounts = everybody;
  let catalog = nothingElse;
  if (accountAddr !== null) {
    const { AccountService } = accountProto().account.v1;
    const stub = new AccountService(accountAddr, channelCredentials(config, certificates), CHANNEL);
    closers.push(() => stub.close());
    const client = accountClient(stub, createUpstream('Account', config, clock, eventsOf('account')));
    const freshMs = accountFreshSeconds * 1000;
    accounts = rememberedAccounts({ client, profiles: accountProfiles(db), clock, freshMs, failed });
  }
  if (catalogAddr !== null) {
    const { CatalogService } = catalogProto().catalog.v1;
    const stub = new CatalogService(catalogAddr, channelCredentials(config, certificates), CHANNEL);
    closers.push(() => stub.close());
    catalog = catalogClient(stub, createUpstream('Catalog', config, clock, eventsOf('catalog')));
  }
  return {
    accounts,
    catalog,
    close: async () => {
      for (const close of closers) close();
    },
  };
}
