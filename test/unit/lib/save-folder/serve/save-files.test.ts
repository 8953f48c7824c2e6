import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../../../../lib/http/reply.ts';
import type { Exchange } from '../../../../../lib/http/respond.ts';
import { MAX_TRANSFERS, saveFiles } from '../../../../../lib/save-folder/serve/save-files.ts';
import type { SaveFilesDependencies } from '../../../../../lib/save-folder/serve/save-files.ts';

describe('the gateway of the folder', () => {
  it('takes so many transfers at once and no more, and the next when one ended', async () => {
    const endings: (() => void)[] = [];
    const failures: unknown[] = [];
    const dependencies = {
      urls: { read: () => ({ objectId: 'any', permit: { may: 'get', name: 'save' } }) },
      objects: { find: () => new Promise((_resolve, reject) => endings.push(() => reject(new Error('over')))) },
    } as unknown as SaveFilesDependencies;
    const reply = {
      failure: (_exchange: Exchange, _operation: string, error: { type: string }) => failures.push(error.type),
    } as unknown as Reply;
    const files = saveFiles(dependencies);
    const handle = files.handler(reply, { error: () => undefined });
    const request = () =>
      handle({ req: { method: 'GET', complete: true }, res: {}, trace: { id: 'a trace' } } as unknown as Exchange);

    for (let n = 0; n < MAX_TRANSFERS; n += 1) request();
    expect(failures).toEqual([]);
    request();
    expect(failures).toEqual(['UNAVAILABLE']);
    expect(endings).toHaveLength(MAX_TRANSFERS);

    for (const end of endings) end();
    await files.settled();
    request();
    expect(endings).toHaveLength(MAX_TRANSFERS + 1);
  });
});
