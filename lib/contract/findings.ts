import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, GameId, nullable, page, pagination, text, timestamp, UserId, uuid } from './fields.ts';
import { RULE_NAMES, RULES, SEVERITIES } from '../anticheat/finding.ts';

/** What support sees of implausible play, and what it makes of it. */

export const FINDING_STATES = ['open', 'confirmed', 'dismissed'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

const FindingId = uuid('The finding');
const Rule = choice(RULE_NAMES, RULE_NAMES.map((name) => `${name}: ${RULES[name]}`).join('; '));

export const PlayFinding = closed(
  {
    finding_id: FindingId,
    user_id: UserId,
    rule: Rule,
    severity: choice(SEVERITIES, 'How hard it is to explain otherwise'),
    subject: text('What of the user it is about: a day, a week, a game', 500, { example: '2026-03-01' }),
    game_id: nullable(GameId),
    evidence: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What was seen, to judge by',
      examples: [{ day: '2026-03-01', credited_seconds: 79200, games: 1 }],
    }),
    state: choice(FINDING_STATES, 'What a person made of it'),
    found_at: timestamp('When it was seen first'),
    seen_at: timestamp('When it was seen anew, with other evidence'),
    decided_at: nullable(timestamp('When somebody decided')),
    decided_by: nullable(uuid('Who decided')),
    reason: nullable(text('Why', 1000, { example: 'A tournament; the organiser confirms it' })),
  },
  { title: 'PlayFinding' },
);
export type PlayFinding = Static<typeof PlayFinding>;

export const FindingsQuery = closed({
  state: Type.Enum([...FINDING_STATES], {
    type: 'string',
    default: 'open',
    description: 'Only those in this state',
    examples: ['open'],
  }),
  rule: Type.Optional(Rule),
  ...pagination,
});
export type FindingsQuery = Static<typeof FindingsQuery>;

export const UserFindingsQuery = closed({ ...pagination });

export const FindingDecision = closed(
  {
    decision: choice(['confirmed', 'dismissed'], 'confirmed: it was cheating; dismissed: there is another explanation'),
    reason: text('Why, for those who ask later', 1000, { minLength: 1, example: 'Two brothers share the account' }),
  },
  { title: 'FindingDecision' },
);
export type FindingDecision = Static<typeof FindingDecision>;

const FindingPage = page(PlayFinding, 'PlayFindingPage');

const tag = 'Support and services';
const support = { support: 'any', admin: 'any' } as const;

export const listFindings = {
  id: 'listFindings',
  method: 'GET',
  path: '/admin/findings',
  tag,
  summary: 'Implausible play that somebody should look at, latest first',
  description:
    'Nothing follows from a finding by itself: no credit is taken and nobody is locked out. See docs/anti-cheat.md.',
  access: support,
  query: FindingsQuery,
  status: 200,
  response: FindingPage,
  errors: [],
  action: 'findings.list',
} as const satisfies Endpoint;

export const listUserFindings = {
  id: 'listUserFindings',
  method: 'GET',
  path: '/admin/users/{user_id}/findings',
  tag,
  summary: "What was implausible about a user's play, decided or not, latest first",
  access: support,
  params: closed({ user_id: UserId }),
  query: UserFindingsQuery,
  status: 200,
  response: FindingPage,
  errors: [],
  action: 'findings.ofUser',
} as const satisfies Endpoint;

export const decideFinding = {
  id: 'decideFinding',
  method: 'POST',
  path: '/admin/findings/{finding_id}/decide',
  tag,
  summary: 'Say what a finding was',
  description:
    'May be decided anew. It is written to the audit log of the user. A dismissed finding opens again by itself when what is ' +
    'seen becomes worse than what was dismissed.',
  access: support,
  params: closed({ finding_id: FindingId }),
  body: FindingDecision,
  status: 200,
  response: PlayFinding,
  errors: ['NOT_FOUND'],
  action: 'findings.decide',
} as const satisfies Endpoint;

export const FINDING_ENDPOINTS: readonly Endpoint[] = [listFindings, listUserFindings, decideFinding];
