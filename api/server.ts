/** The HTTP server: guards first, then routes. Each route declares who may call it; `authorize.ts` enforces it. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Api, ApiOptions } from './api.ts';
import { installAudit } from './audited.ts';
import { type Authenticator, createAuthenticator, createTokenThrottle } from './authenticate.ts';
import { installAuthorization } from './authorize.ts';
import { compileWhenNeeded } from './lazy-validators.ts';
import { listen } from './listen.ts';
import { listenTls, type TlsAddress } from './listen-tls.ts';
import { createMemoryBudget } from './memory-budget.ts';
import { endOngoing } from './ongoing.ts';
import { installProblems, PROBLEM_HANDLERS } from './problem.ts';
import { documentProblems } from './problem-answers.ts';
import { createQueryGate } from './query-gate.ts';
import { installRateLimit } from './rate-limit.ts';
import { alarmActionRoutes } from './routes/alarm-actions.ts';
import { alarmLinkRoutes } from './routes/alarm-link.ts';
import { alarmLogRoutes } from './routes/alarm-log.ts';
import { alarmPlanRoutes } from './routes/alarm-plan.ts';
import { alarmWhatIfRoutes } from './routes/alarm-what-if.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { alarmsLiveRoutes } from './routes/alarms-live.ts';
import { analysisRoutes } from './routes/analysis.ts';
import { auditRoutes } from './routes/audit.ts';
import { automationRoutes } from './routes/automation.ts';
import { channelRoutes } from './routes/channels.ts';
import { commandRoutes } from './routes/commands.ts';
import { contractRoutes } from './routes/contract.ts';
import { correctionRoutes } from './routes/corrections.ts';
import { deviceBatchRoutes } from './routes/device-batch.ts';
import { deviceLifeRoutes } from './routes/device-life.ts';
import { deviceRemovalRoutes } from './routes/device-removal.ts';
import { deviceRoutes } from './routes/devices.ts';
import { displayRoutes } from './routes/display.ts';
import { doctorRoutes } from './routes/doctor.ts';
import { entryRoutes } from './routes/entry.ts';
import { errorsDocumentRoutes } from './routes/errors-document.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { healthRoutes } from './routes/health.ts';
import { importRoutes } from './routes/import.ts';
import { intakeRoutes } from './routes/intake.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { kindRoutes } from './routes/kinds.ts';
import { latestRoutes } from './routes/latest.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { liveRoutes } from './routes/live.ts';
import { mappingTryRoutes } from './routes/mapping-try.ts';
import { meRoutes } from './routes/me.ts';
import { metricRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { noticeRoutes } from './routes/notices.ts';
import { observerRoutes } from './routes/observer.ts';
import { pageRoutes } from './routes/page.ts';
import { parkRoutes } from './routes/parks.ts';
import { profileRoutes } from './routes/profiles.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { reportScheduleRoutes } from './routes/report-schedules.ts';
import { linkedReportRoutes, reportRoutes } from './routes/reports.ts';
import { screenRoutes } from './routes/screens.ts';
import { secondFactorRoutes } from './routes/second-factor.ts';
import { seriesRoutes } from './routes/series.ts';
import { sessionRoutes } from './routes/session.ts';
import { sharedChartRoutes } from './routes/shared-chart.ts';
import { shareRoutes } from './routes/shares.ts';
import { siteRoutes } from './routes/sites.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userAccessRoutes } from './routes/user-access.ts';
import { userRoutes } from './routes/users.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import { BODY_MS, endSlowBodies, UPLOAD_MS } from './slow-bodies.ts';

const MAX_EXPORTS = 2;
const MAX_ANALYSES = 2;
/** Shorter answers fit into one packet anyway. */
const COMPRESS_FROM_BYTES = 1200;

export async function openApi(options: ApiOptions): Promise<Api> {
  const app = await buildApp(options);
  const url = await listen(app, options);
  const https = options.tls && (await openTls(app, options.tls, options.log));
  return {
    url,
    ...(https && { httpsUrl: https.url }),
    signInLink: async () => `${url}/sign-in?code=${await options.codes.make()}`,
    async close() {
      await https?.close();
      await app.close();
    },
  };
}

/** Closes the application where its second socket cannot be had. */
async function openTls(app: FastifyInstance, address: TlsAddress, log: ApiOptions['log']) {
  try {
    return await listenTls(app, address, log);
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The application without a socket, into which tests inject requests. */
export async function buildApp(options: ApiOptions): Promise<FastifyInstance> {
  const { log, clock } = options;
  const app = Fastify({
    bodyLimit: 256 * 1024,
    trustProxy: options.trustProxy === undefined ? false : [...options.trustProxy],
    requestTimeout: UPLOAD_MS,
    http: { headersTimeout: BODY_MS },
    connectionTimeout: 0, // Live streams and exports last; they end stalled readers themselves.
    keepAliveTimeout: 30_000,
    maxRequestsPerSocket: 10_000,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true },
      onCreate: compileWhenNeeded as never,
    },
    ...PROBLEM_HANDLERS,
  }).withTypeProvider<TypeBoxTypeProvider>();
  installProblems(app as never, log);
  // Answers are sent as they are: their schema is a promise checked by tests, not a filter that would hide a violation.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  documentProblems(app as never);
  const tokenThrottle = createTokenThrottle(clock);
  const authenticator = createAuthenticator({ ...options, throttle: tokenThrottle });
  const signIn = createSignIn({ ...options, tokenThrottle });

  await installGuards(app as never, authenticator, options);
  // Before the routes. Compression reduces a day of a chart, or an export, to a tenth of its size.
  await app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['gzip', 'deflate'],
    customTypes: /^(text\/(?!event-stream)|application\/(problem\+)?json)/,
    // Each piece of an export goes out when it is ready.
    zlibOptions: { flush: constants.Z_SYNC_FLUSH, level: 6 },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'daoyu',
        version: '1',
        description:
          'Readings of rice–fish parks. Times in answers are epoch ms, in CSV Beijing time; windows follow Asia/Shanghai. Errors are RFC 9457 problem details.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          device: { type: 'http', scheme: 'basic', description: 'MQTT user name and password of the device' },
        },
      },
      security: [{ token: [] }],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  await app.register(errorsDocumentRoutes);
  await app.register(contractRoutes as never, options);
  await app.register(healthRoutes, { ...options, authenticator });
  await app.register(metricRoutes, { ...options, sites: options });
  await app.register(apiRoutes as never, { options, signIn, prefix: '/api/v1' });
  await app.register(alarmLinkRoutes, options);
  await app.register(entryRoutes, { ...options, signIn });
  await app.register(linkedReportRoutes, {
    ...options,
    gate: createQueryGate({ ...options.limits, maxConcurrentQueries: 1 }),
  });
  await app.register(sharedChartRoutes, { ...options, gate: createQueryGate(options.limits) });
  await app.register(pageRoutes, { pageFolder: options.pageFolder, authenticator, renewCookie: signIn.renewCookie });
  await app.ready();
  return app as unknown as FastifyInstance;
}

async function installGuards(
  app: FastifyInstance,
  authenticator: Authenticator,
  { limits, people, audit, mapTiles }: Pick<ApiOptions, 'limits' | 'people' | 'audit' | 'mapTiles'>,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        // The base layer of maps, where one is configured.
        imgSrc: ["'self'", 'data:', ...(mapTiles === undefined ? [] : [new URL(mapTiles).origin])],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false, // With TLS, the proxy in front sets it.
  });
  await app.register(cookie);
  // Counts requests before authentication, and for unknown URLs too, so that a token cannot be guessed.
  await installRateLimit(app, { authenticator, perMinute: limits.requestsPerMinute });
  installAuthorization(app, authenticator);
  endOngoing(app, { authenticator, people });
  endSlowBodies(app);
  installAudit(app, audit);
}

interface V1Options {
  readonly options: ApiOptions;
  readonly signIn: SignIn;
}

async function apiRoutes(app: FastifyInstance, { options, signIn }: V1Options): Promise<void> {
  const gate = createQueryGate(options.limits);
  const exports = createQueryGate({ ...options.limits, maxConcurrentQueries: MAX_EXPORTS });
  // They read raw readings: a few at a time, and not behind a long export.
  const analyses = createQueryGate({ ...options.limits, maxConcurrentQueries: MAX_ANALYSES });
  // One after the other: each takes what disk and log give.
  const imports = createQueryGate({ ...options.limits, maxConcurrentQueries: 1 });
  const memory = createMemoryBudget({ patienceMs: options.limits.queryTimeoutMs });
  await app.register(kindRoutes, options);
  await app.register(displayRoutes, options);
  await app.register(modelRoutes, options);
  await app.register(parkRoutes, options);
  await app.register(siteRoutes, options);
  await app.register(profileRoutes, options);
  await app.register(deviceRoutes, options);
  await app.register(deviceBatchRoutes, options);
  await app.register(deviceLifeRoutes, options);
  await app.register(observerRoutes, options);
  await app.register(deviceRemovalRoutes, options);
  await app.register(mappingTryRoutes, options);
  await app.register(intakeRoutes, options);
  await app.register(doctorRoutes, options);
  await app.register(latestRoutes, { ...options, gate });
  await app.register(seriesRoutes, { ...options, gate, exports, memory });
  await app.register(analysisRoutes, { ...options, gate: analyses });
  await app.register(reportRoutes, { ...options, gate: analyses });
  await app.register(reportScheduleRoutes, options);
  await app.register(exportRoutes, { ...options, exports });
  await app.register(importRoutes, { ...options, gate: imports });
  await app.register(ledgerRoutes, options);
  await app.register(quarantineRoutes, options);
  await app.register(commandRoutes, options);
  await app.register(automationRoutes, options);
  await app.register(eventRoutes, options);
  await app.register(correctionRoutes, options);
  await app.register(alarmRoutes, options);
  await app.register(alarmActionRoutes, options);
  await app.register(alarmLogRoutes, { ...options, exports });
  await app.register(alarmWhatIfRoutes, { ...options, gate });
  await app.register(alarmsLiveRoutes, options);
  await app.register(channelRoutes, options);
  await app.register(alarmPlanRoutes, options);
  await app.register(noticeRoutes, options);
  await app.register(sessionRoutes);
  await app.register(meRoutes, { ...options, signIn });
  await app.register(secondFactorRoutes, { ...options, signIn });
  await app.register(userRoutes, options);
  await app.register(userAccessRoutes, options);
  await app.register(invitationRoutes, options);
  await app.register(tokenRoutes, options);
  await app.register(screenRoutes, options);
  await app.register(shareRoutes, options);
  await app.register(auditRoutes, options);
  await app.register(liveRoutes, options);
}
