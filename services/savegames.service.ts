/** Cloud saves: where they stand, and how they move. The files themselves go between launchers and the store. */
import type { Service, ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { confirmationsCounted, type Confirming } from './saves-telemetry.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type { Config } from '../lib/config/config.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/savegame-endpoints.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { SaveStore } from '../lib/ports/save-store.ts';
import { announceUpload } from '../lib/savegames/announce-upload.ts';
import { cancelUpload } from '../lib/savegames/cancel-upload.ts';
import { confirmUpload } from '../lib/savegames/confirm-upload.ts';
import { deleteSlot } from '../lib/savegames/delete-slot.ts';
import { deleteVersion } from '../lib/savegames/delete-version.ts';
import { downloadUrl } from '../lib/savegames/download.ts';
import { listSlots } from '../lib/savegames/list-slots.ts';
import { listVersions } from '../lib/savegames/list-versions.ts';
import { SESSIONS_WITHIN_MS } from '../lib/savegames/other-devices.ts';
import { patchVersion } from '../lib/savegames/pin.ts';
import { plainTransfers } from '../lib/savegames/plain-transfers.ts';
import { readQuota } from '../lib/savegames/quota.ts';
import { resolveConflict } from '../lib/savegames/resolve.ts';
import { restoreVersion } from '../lib/savegames/restore.ts';
import { putSyncSettings, readSyncSettings } from '../lib/savegames/sync-settings.ts';
import { syncStatus } from '../lib/savegames/sync-status.ts';

export interface SavegamesDeps {
  readonly database: Pick<Database, 'db' | 'executor'>;
  readonly store: SaveStore;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly rules: Config['saves'];
}

export function savegamesService({ database, store, engine, clock, rules }: SavegamesDeps): ServiceSchema {
  const { db, executor } = database;
  const plain = plainTransfers(executor);
  const of = ({ userId }: Pick<Request, 'userId'>) => ({ db, userId, rules, now: clock.now() });
  const transfer = ({ userId, origin, deadline }: Pick<Request, 'userId' | 'origin' | 'deadline'>) => ({
    ...of({ userId }),
    executor,
    plain,
    store,
    origin,
    actor: userActor(engine, userId, Math.min(deadline, clock.now() + SESSIONS_WITHIN_MS)),
  });
  let counted: Confirming = (confirming) => confirming;
  return {
    name: 'savegames',
    created(this: Service) {
      if (this.broker.isMetricsEnabled()) counted = confirmationsCounted(this.broker);
    },
    actions: {
      list: endpointAction<typeof contract.listSaves>((request) => listSlots(of(request), request.query)),
      quota: endpointAction<typeof contract.saveQuota>((request) => readQuota(of(request))),
      syncSettings: endpointAction<typeof contract.getSyncSettings>((request) =>
        readSyncSettings(of(request), request.query.game_id ?? null),
      ),
      putSyncSettings: endpointAction<typeof contract.putSyncSettings>((request) =>
        putSyncSettings(of(request), request.query.game_id ?? null, request.body, request.ifMatch),
      ),
      syncStatus: endpointAction<typeof contract.syncStatus>((request) => syncStatus(transfer(request), request.query)),
      uploadUrl: endpointAction<typeof contract.uploadUrl>((request) =>
        announceUpload(transfer(request), request.body),
      ),
      confirmUpload: endpointAction<typeof contract.confirmUpload>((request) =>
        counted(confirmUpload(transfer(request), request.body.upload_id)),
      ),
      cancelUpload: endpointAction<typeof contract.cancelUpload>(async (request) => {
        await cancelUpload(transfer(request), request.params.upload_id);
        return undefined;
      }),
      downloadUrl: endpointAction<typeof contract.downloadUrl>((request) =>
        downloadUrl(transfer(request), request.body),
      ),
      resolve: endpointAction<typeof contract.resolveConflict>((request) =>
        resolveConflict({ ...of(request), caller: request.caller }, request.body),
      ),
      restore: endpointAction<typeof contract.restoreSave>((request) => restoreVersion(of(request), request.body)),
      versions: endpointAction<typeof contract.listSaveVersions>((request) =>
        listVersions(of(request), request.params, request.query),
      ),
      patchVersion: endpointAction<typeof contract.patchSaveVersion>((request) =>
        patchVersion(of(request), request.params, Number(request.params.version), request.body),
      ),
      deleteVersion: endpointAction<typeof contract.deleteSaveVersion>(async (request) => {
        await deleteVersion(of(request), request.params, Number(request.params.version));
        return undefined;
      }),
      deleteSlot: endpointAction<typeof contract.deleteSlot>(async (request) => {
        await deleteSlot(of(request), request.params, request.query, request.ifMatch);
        return undefined;
      }),
    },
  };
}
