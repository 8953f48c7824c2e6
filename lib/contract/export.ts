import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { closed, text } from './fields.ts';

/** One line of an export. */
export const ExportLine = closed(
  {
    type: text('`header` on the first line, `end` on the last, else what `data` is', 64, { example: 'library_game' }),
    data: Type.Optional(Type.Object({}, { description: 'The thing itself; on the first line, what the export is' })),
    count: Type.Optional(Type.Integer({ minimum: 0, description: 'On the last line: how many there were in between' })),
  },
  { title: 'ExportLine' },
);
export type ExportLine = Static<typeof ExportLine>;

export const exportUserData = {
  id: 'exportUserData',
  method: 'GET',
  path: '/export',
  tag: 'Library',
  summary: 'Everything the library knows of the user',
  description:
    'JSON objects, one a line (NDJSON), as they are read: a change made meanwhile may be in it or not. An export without ' +
    'its last line, `{"type":"end"}`, was cut short.',
  access: { user: 'own', admin: 'own' },
  status: 200,
  response: ExportLine,
  errors: [],
  action: 'library.export',
  quota: 'exports',
  stream: 'application/x-ndjson',
} as const satisfies Endpoint;
