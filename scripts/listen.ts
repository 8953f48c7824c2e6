/** `npm run listen`: what a user's launcher hears over WebSocket, one line an event; comes back by itself and resumes. */
import { Command } from 'commander';
import { LibraryClient } from './client/library-client.ts';
import { LibrarySocket } from './client/library-socket.ts';
import { demoToken } from './demo-token.ts';
import { DEMO_USER_ID } from '../lib/library/demo-user.ts';

const { user, url } = new Command('listen')
  .description("Prints a user's news as they happen, until Ctrl-C. Development keys only.")
  .option('--user <uuid>', 'whose news', DEMO_USER_ID)
  .option('--url <url>', 'where the service is', 'http://127.0.0.1:8080')
  .parse()
  .opts<{ user: string; url: string }>();

const token = await demoToken(user);
const where = (): string => url;
const socket = new LibrarySocket({
  url: where,
  token: () => token,
  rest: new LibraryClient(where, token),
  onReady: ({ data }) => console.error(`listening at ${url} (${data.resume})`),
  onNews: (news) => console.log(JSON.stringify(news)),
  onGone: (code) => console.error(`the socket is gone (${code})`),
});
socket.open();
process.once('SIGINT', () => socket.close());
process.once('SIGTERM', () => socket.close());
