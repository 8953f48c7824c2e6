/** The operators' commands, as a page sends them: the lines that the prompt and `npm run ops` take. */
import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, nullable, uuid } from './fields.ts';

export const CommandBody = closed(
  {
    line: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'As an operator would type it; `help` lists the commands',
      examples: ['drain engine-1'],
    }),
  },
  { title: 'CommandBody' },
);
export type CommandBody = Static<typeof CommandBody>;

export const CommandReply = closed(
  {
    command_id: uuid('This run; `details.command_id` of its entries in the audit log'),
    state: choice(
      ['done', 'failed', 'running'],
      '`running`: it takes longer than a request may, and goes on; the audit log will say how it ended',
    ),
    head: nullable(Type.Array(Type.String(), { description: 'Names of the columns', examples: [['node', 'shards']] })),
    rows: nullable(
      Type.Array(Type.Array(Type.Union([Type.String(), Type.Number()])), { examples: [[['engine-1', 128]]] }),
    ),
    foot: nullable(Type.String({ description: 'What there is to say below the table', examples: ['1 engine'] })),
    text: nullable(Type.String({ description: 'Of a command that answers with words', examples: ['engine-1 is out'] })),
    error: nullable(Type.String({ description: 'Why it failed', examples: ['there is no engine node engine-9'] })),
  },
  { title: 'CommandReply' },
);
export type CommandReply = Static<typeof CommandReply>;

export const runCommand = {
  id: 'runCommand',
  method: 'POST',
  path: '/admin/commands',
  tag: 'Support and services',
  summary: "Run an operators' command",
  description:
    'What the prompt and `npm run ops` take, without the options that make sense at a terminal only. `support` may run what changes nothing. ' +
    'What changes something is written to the audit log before it begins and when it is through, under the id of the caller. ' +
    'A command that was understood and failed is answered with 200, too: `state` says so.',
  access: { support: 'none', admin: 'none' },
  body: CommandBody,
  status: 200,
  response: CommandReply,
  errors: ['NOT_FOUND'],
  action: 'commands.run',
} as const satisfies Endpoint;
