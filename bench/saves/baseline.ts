/**
 * What the product is compared to, in a process of its own (`fork`): `node:http`, a row inserted by each of the two calls,
 * the bytes in a file. No token, no signature, no checksum, no quota, no versions, nothing durable but the rows.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import pg from 'pg';

export interface BaselineOrder {
  readonly dsn: string;
  readonly directory: string;
}

process.once('message', ({ dsn, directory }: BaselineOrder) => void serve(dsn, directory));
process.once('disconnect', () => process.exit(0));

async function serve(dsn: string, directory: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: dsn, max: 10 });
  await pool.query('CREATE TABLE IF NOT EXISTS bare_uploads (upload_id uuid PRIMARY KEY, body jsonb NOT NULL)');
  await pool.query(
    'CREATE TABLE IF NOT EXISTS bare_versions (upload_id uuid PRIMARY KEY, version bigserial, made_at timestamptz NOT NULL)',
  );
  /** The body of an announcement is the only one that says what the confirmation must answer. */
  const announced = new Map<string, { readonly sha256: string; readonly base_version: number | null }>();
  const answer = async (request: IncomingMessage, body: Buffer): Promise<string> => {
    if (request.method === 'PUT') {
      await writeFile(path.join(directory, path.basename(request.url ?? '')), body);
      return '';
    }
    const sent = JSON.parse(body.toString()) as { upload_id: string; sha256: string; base_version: number | null };
    if (request.url?.endsWith('upload-url') === true) {
      const upload_id = randomUUID();
      const [text, values] = ['INSERT INTO bare_uploads (upload_id, body) VALUES ($1, $2)', [upload_id, sent]];
      await pool.query({ name: 'announce', text, values });
      announced.set(upload_id, sent);
      const put = { method: 'PUT', url: `http://127.0.0.1/${upload_id}`, headers: {} };
      return JSON.stringify({ unchanged: false, upload: { upload_id, put } });
    }
    const text = 'INSERT INTO bare_versions (upload_id, made_at) VALUES ($1, now())';
    await pool.query({ name: 'confirm', text, values: [sent.upload_id] });
    const { sha256 = '', base_version = null } = announced.get(sent.upload_id) ?? {};
    announced.delete(sent.upload_id);
    const version = (base_version ?? 0) + 1;
    return JSON.stringify({ version: { version, sha256 }, head: { version } });
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(request, Buffer.concat(chunks)).then(
        (text) => {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
          response.end(text);
        },
        (error: unknown) => response.writeHead(500, { 'content-length': 0 }).end(String(error)),
      );
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
