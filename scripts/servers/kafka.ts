import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { Admin } from '@platformatic/kafka';
import { findBinary, freePort, freshFolder, kafkaFolder } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';
import { clientOptions, type ServerTls } from './server-tls.ts';

/** A small heap, and the compiler that warms up fastest: a broker that lives for a test run. */
const JVM_FLAGS = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const LOG4J = `Configuration:
  Appenders: { Console: { name: out, PatternLayout: { pattern: "%d %p %c{1} %m%n" } } }
  Loggers: { Root: { level: warn, AppenderRef: { ref: out } } }
`;

/** Who may use a Kafka, and how it is spoken to: in TLS, by a password. */
export interface SecuredKafka {
  readonly tls: ServerTls;
  readonly account: { readonly username: string; readonly password: string };
}

const MECHANISM = 'SCRAM-SHA-512';

/** The Kafka of the environment (`KAFKA_BROKERS`), else a private one, else null when the machine has none. */
export async function obtainKafka(): Promise<Server | null> {
  const address = process.env['KAFKA_BROKERS'];
  return address ? environmentServer('Kafka', address, kafkaVersion) : startKafka();
}

/**
 * A private Apache Kafka: one process that is broker and controller (KRaft), topics only when asked for, six partitions
 * by default. Null when this machine has no Java, or `scripts/install-servers` has not fetched Kafka.
 */
export async function startKafka(
  settings: Readonly<Record<string, string>> = {},
  secured: SecuredKafka | null = null,
): Promise<PrivateServer | null> {
  const java = findBinary('java');
  const jars = kafkaFolder();
  if (java === null || jars === null) return null;
  const folder = freshFolder('kafka', null);
  const [port, controllerPort] = [await freePort(), await freePort()];
  const address = `${secured === null ? '127.0.0.1' : 'localhost'}:${port}`;
  const properties = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.yaml');
  const security = secured === null ? {} : securedProperties(folder, port, controllerPort, secured);
  const all = { ...brokerProperties(folder, port, controllerPort), ...security, ...settings };
  writeFileSync(properties, propertiesFile(all));
  writeFileSync(logging, LOG4J);
  const program = (main: string, ...args: readonly string[]) => [
    ...JVM_FLAGS,
    `-Dlog4j2.configurationFile=${logging}`,
    ...['-cp', join(jars, '*'), main, ...args],
  ];
  // One in 64 begins with a dash: only behind the equals sign is it no option.
  const cluster = randomBytes(16).toString('base64url');
  await promisify(execFile)(
    java,
    program('kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', properties, ...accounts(secured)),
  );
  const server = new PrivateProcess({
    command: java,
    args: program('kafka.Kafka', properties),
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    ready: () => kafkaVersion(address, secured),
  });
  await server.start();
  return {
    name: 'Kafka',
    address,
    version: basename(jars),
    kind: 'private',
    process: server,
    stop: () => server.discard(),
  };
}

function brokerProperties(folder: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'num.partitions': '6',
    // The product creates its topics itself; one that it forgot shall fail here as it would in production.
    'auto.create.topics.enable': 'false',
    'delete.topic.enable': 'true',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // Tests wait neither for further members of a group nor long for one that died.
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A broker alone has nobody to hand its partitions to.
    'controlled.shutdown.enable': 'false',
    'initial.broker.registration.timeout.ms': '20000',
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '3000',
  };
}

/** A listener for TLS with a certificate of the client and a password, and none besides. */
function securedProperties(
  folder: string,
  port: number,
  controllerPort: number,
  { tls, account }: SecuredKafka,
): Record<string, string> {
  const keystore = join(folder, 'keystore.pem');
  writeFileSync(keystore, readFileSync(tls.keyFile, 'utf8') + readFileSync(tls.certFile, 'utf8'), { mode: 0o600 });
  const listener = 'listener.name.sasl_ssl';
  return {
    listeners: `SASL_SSL://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `SASL_SSL://localhost:${port}`,
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'SASL_SSL',
    'sasl.enabled.mechanisms': MECHANISM,
    'sasl.mechanism.inter.broker.protocol': MECHANISM,
    [`${listener}.${MECHANISM.toLowerCase()}.sasl.jaas.config`]:
      'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
      `username="${account.username}" password="${account.password}";`,
    // For this listener by name: the general setting does not hold where there are passwords.
    [`${listener}.ssl.client.auth`]: 'required',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': tls.caFile,
  };
}

function accounts(secured: SecuredKafka | null): readonly string[] {
  if (secured === null) return [];
  const { username, password } = secured.account;
  return [`--add-scram=${MECHANISM}=[name=${username},password=${password}]`];
}

function propertiesFile(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/**
 * Resolves when a Kafka serves, rejects when it does not answer. Its version it tells nobody.
 *
 * @param address brokers, separated by commas
 */
export async function kafkaVersion(address: string, secured: SecuredKafka | null = null): Promise<string> {
  const admin = new Admin({
    clientId: 'library-probe',
    bootstrapBrokers: address.split(','),
    connectTimeout: 1000,
    requestTimeout: 2000,
    retries: 0,
    ...(secured === null
      ? {}
      : { tls: clientOptions(secured.tls), sasl: { mechanism: MECHANISM, ...secured.account } }),
  });
  try {
    const { brokers } = await admin.metadata({});
    if (brokers.size === 0) throw new Error('no broker has registered yet');
    return 'unknown';
  } finally {
    await admin.close();
  }
}
