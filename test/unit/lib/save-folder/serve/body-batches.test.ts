import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { bodyBatches } from '../../../../../lib/save-folder/serve/body-batches.ts';

describe('the batches of a body', () => {
  it('end at once when the sender died before anybody read: else its place would be taken for ever', async () => {
    const req = new IncomingMessage(new Socket());
    req.on('error', () => undefined);
    req.destroy(new Error('aborted'));
    await new Promise<void>((resolve) => req.once('close', () => resolve()));
    await expect(bodyBatches(req, () => undefined).next()).rejects.toThrow('the body ended before its time');
  });
});
