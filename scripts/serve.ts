/**
 * What the image runs: one node with the roles of the configuration, and nothing on its terminal but the log. For people
 * there is `npm start`.
 */
import { loadConfig } from '../lib/config/load.ts';
import { startNode } from '../services/node.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const started = stopOnSignals();
try {
  started(await startNode(loadConfig()));
} catch (error) {
  // One line: the platform shows the last of a container that does not start.
  console.error(`serve: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
