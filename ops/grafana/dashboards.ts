/** All dashboards; `npm run telemetry:write` makes the JSON beside this file of them. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { database } from './database.ts';
import { engine } from './engine.ts';
import { events } from './events.ts';
import { gateway } from './gateway.ts';
import { nodes } from './nodes.ts';
import { overview } from './overview.ts';
import { play } from './play.ts';
import { saves } from './saves.ts';

/** By the name of their file, without the ending. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  overview,
  gateway,
  engine,
  events,
  database,
  saves,
  play,
  nodes,
};
