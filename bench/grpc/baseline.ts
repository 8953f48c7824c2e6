/** grpc-js and nothing else: answers every CheckGameAccess with one constant. The parent is told the port. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { libraryProto } from '../../lib/grpc/protos.ts';

const ANSWER = {
  user_id: '00000000-0000-7000-8000-000000000001',
  game_id: '00000000-0000-7000-8000-0000000a0001',
  access: 'ACCESS_OWNED',
  source: 'ACQUISITION_SOURCE_PURCHASE',
  acquired_at: { seconds: 1_790_000_000, nanos: 0 },
} as const;

const server = new Server({ 'grpc.enable_channelz': 0 });
server.addService(libraryProto().library.v1.LibraryQueryService.service, {
  CheckGameAccess: (_call: unknown, done: (error: null, reply: object) => void) => done(null, ANSWER),
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
process.once('disconnect', () => process.exit(0));
