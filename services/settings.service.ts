/** The settings of games, which devices of a user share or have of their own. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/settings.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { deleteSettings, putSettings, readSettings } from '../lib/settings/game-settings.ts';
import { rollbackSettings, settingsHistory, settingsVersion } from '../lib/settings/settings-history.ts';

export interface SettingsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
}

interface OfGame extends Pick<Request, 'userId'> {
  readonly params: { readonly game_id: string };
  readonly query?: { readonly device_id?: string } | undefined;
}

export function settingsService({ database: { db }, clock }: SettingsDeps): ServiceSchema {
  const of = ({ userId, params, query }: OfGame) => ({
    db,
    userId,
    gameId: params.game_id,
    deviceId: query?.device_id ?? null,
    now: clock.now(),
  });
  return {
    name: 'settings',
    actions: {
      get: endpointAction<typeof contract.getSettings>((request) => readSettings(of(request))),
      put: endpointAction<typeof contract.putSettings>((request) =>
        putSettings(of(request), request.body.settings, request.ifMatch),
      ),
      delete: endpointAction<typeof contract.deleteSettings>(async (request) => {
        await deleteSettings(of(request), request.ifMatch);
        return undefined;
      }),
      history: endpointAction<typeof contract.settingsHistory>((request) =>
        settingsHistory(of(request), request.query),
      ),
      version: endpointAction<typeof contract.settingsVersion>((request) =>
        settingsVersion(of(request), Number(request.params.version)),
      ),
      rollback: endpointAction<typeof contract.rollbackSettings>((request) =>
        rollbackSettings(of(request), request.body.version, request.ifMatch),
      ),
    },
  };
}
